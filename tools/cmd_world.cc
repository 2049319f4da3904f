// imago world: pictures whose captions are exactly true, with wrong captions of the same words.

#include <filesystem>
#include <memory>

#include "CLI/CLI.hpp"
#include "embed/decode_image.h"
#include "embed/stage.h"
#include "embed/world.h"
#include "fmt/format.h"
#include "storage/durable_file.h"
#include "tools/command.h"
#include "tools/progress.h"

namespace imago {
namespace {

struct WorldRequest {
  std::string out;
  std::string pictures;  // manifest
  bool events = false;
  std::string part = "train";
  uint64_t first = 0;
  uint64_t scenes = 100;
  int size = 256;
};

absl::StatusOr<World> MakeWorld(const std::string& manifest) {
  if (manifest.empty()) return World();
  auto pictures = ReadWorldPictures(manifest);
  if (!pictures.ok()) return pictures.status();
  return World::OfPictures(*std::move(pictures));
}

// A picture, and its line of the table without the file's name.
struct Made {
  Image picture;
  std::string line;
};

absl::StatusOr<Made> MakeScene(const World& world, ScenePart part, uint64_t number, int size) {
  const Scene scene = world.Draw(part, number);
  auto picture = world.Render(scene, size);
  if (!picture.ok()) return picture.status();
  return Made{*std::move(picture),
              fmt::format("{}\t{}\t{}", SceneKindName(scene.kind), scene.caption, scene.wrong)};
}

// The roles as "Agent=doctor@left,top,right,bottom", in parts of the picture's side.
Made MakeEvent(ScenePart part, uint64_t number, int size) {
  const EventScene scene = DrawEventScene(part, number);
  EventPicture picture = RenderEventScene(scene, size);
  std::string roles;
  for (size_t i = 0; i < scene.roles.size(); ++i) {
    const Box& box = picture.boxes[i];
    roles +=
        fmt::format("{}{}={}@{:.3f},{:.3f},{:.3f},{:.3f}", i == 0 ? "" : "; ", scene.roles[i].role,
                    scene.roles[i].filler, box.left, box.top, box.right, box.bottom);
  }
  return {std::move(picture.image), fmt::format("{}\t{}\t{}\t{}\t{}", scene.type, scene.caption,
                                                scene.other_event, scene.other_roles, roles)};
}

absl::Status WriteScenes(const World& world, const WorldRequest& request, Progress& progress) {
  const ScenePart part = request.part == "test" ? ScenePart::kTest : ScenePart::kTrain;
  std::string table = request.events ? "file\ttype\tcaption\tother event\tother roles\troles\n"
                                     : "file\tkind\tcaption\twrong\n";
  for (uint64_t i = 0; i < request.scenes; ++i) {
    const uint64_t number = request.first + i;
    const absl::StatusOr<Made> made = request.events ? MakeEvent(part, number, request.size)
                                                     : MakeScene(world, part, number, request.size);
    if (!made.ok()) return made.status();
    const auto jpeg = EncodeJpeg(made->picture);
    if (!jpeg.ok()) return jpeg.status();
    const std::string file = fmt::format("{:06}.jpg", number);
    const std::string path = (std::filesystem::path(request.out) / file).string();
    if (auto status = WriteFileDurably(path, *jpeg); !status.ok()) return status;
    table += fmt::format("{}\t{}\n", file, made->line);
    progress.Show("scenes", i + 1, request.scenes);
  }
  return WriteFileDurably((std::filesystem::path(request.out) / "scenes.tsv").string(), table);
}

int MakeScenes(const Globals& globals, const WorldRequest& request) {
  const auto world = MakeWorld(request.pictures);
  if (!world.ok()) return Fail(world.status());
  if (auto status = MakeFolders(request.out); !status.ok()) return Fail(status);
  Progress progress(!globals.quiet && !globals.json);
  const auto status = WriteScenes(*world, request, progress);
  if (!status.ok()) return Fail(status);
  return kDone;
}

}  // namespace

void AddWorld(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command = app.add_subcommand(
      "world", "Make pictures with true captions, and wrong ones of the same words");
  auto request = std::make_shared<WorldRequest>();
  command->add_option("OUT", request->out, "Folder for the pictures and scenes.tsv")->required();
  command
      ->add_option("--pictures", request->pictures,
                   "Compose pictures of this table instead of drawn shapes")
      ->type_name("MANIFEST");
  command
      ->add_flag("--events", request->events, "People who do things, with the boxes of the roles")
      ->excludes("--pictures");
  command->add_option("--part", request->part, "Combinations to train on, or those held out")
      ->check(CLI::IsMember({"train", "test"}))
      ->capture_default_str();
  command->add_option("--first", request->first, "Number of the first scene")
      ->capture_default_str();
  command->add_option("--scenes", request->scenes, "How many")->capture_default_str();
  command->add_option("--size", request->size, "Pixels of a picture's side")
      ->check(CLI::Range(16, 2048))
      ->capture_default_str();
  command->callback([&globals, &run, request] {
    run = [&globals, request] { return MakeScenes(globals, *request); };
  });
}

}  // namespace imago
