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
  bool counterparts = false;
  std::string part = "train";
  uint64_t first = 0;
  uint64_t scenes = 100;
  int size = 256;
};

ScenePart PartOf(const WorldRequest& request) {
  return request.part == "test" ? ScenePart::kTest : ScenePart::kTrain;
}

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

// Every second picture is the counterpart of the one before it, where these are wanted.
struct Turn {
  uint64_t number = 0;  // of the scene
  bool exchanged = false;
};
Turn TurnOf(const WorldRequest& request, uint64_t i) {
  if (!request.counterparts) return {request.first + i};
  return {request.first + i / 2, i % 2 == 1};
}

absl::StatusOr<Made> MakeScene(const World& world, const WorldRequest& request, const Turn& turn) {
  Scene scene = world.Draw(PartOf(request), turn.number);
  if (turn.exchanged) scene = World::Exchanged(std::move(scene));
  auto picture = world.Render(scene, request.size);
  if (!picture.ok()) return picture.status();
  return Made{*std::move(picture),
              fmt::format("{}\t{}\t{}", SceneKindName(scene.kind), scene.caption, scene.wrong)};
}

EventScene DrawEvent(const WorldRequest& request, const Turn& turn) {
  if (!request.counterparts) return DrawEventScene(PartOf(request), turn.number);
  const EventPair pair = DrawEventPair(PartOf(request), turn.number);
  return turn.exchanged ? Exchanged(pair).scene : pair.scene;
}

// The roles as "Agent=doctor@left,top,right,bottom", in parts of the picture's side.
Made MakeEvent(const WorldRequest& request, const Turn& turn) {
  const EventScene scene = DrawEvent(request, turn);
  EventPicture picture = RenderEventScene(scene, request.size);
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
  std::string table = request.events ? "file\ttype\tcaption\tother event\tother roles\troles\n"
                                     : "file\tkind\tcaption\twrong\n";
  for (uint64_t i = 0; i < request.scenes; ++i) {
    const Turn turn = TurnOf(request, i);
    const absl::StatusOr<Made> made =
        request.events ? MakeEvent(request, turn) : MakeScene(world, request, turn);
    if (!made.ok()) return made.status();
    const auto jpeg = EncodeJpeg(made->picture);
    if (!jpeg.ok()) return jpeg.status();
    const std::string file = fmt::format("{:06}.jpg", request.first + i);
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
  command->add_flag("--counterparts", request->counterparts,
                    "After each scene the one with the same two things exchanged");
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
