#include "embed/torch/event_set.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "embed/decode_image.h"
#include "embed/stage.h"
#include "embed/stage_acts.h"
#include "embed/stage_photos.h"
#include "embed/torch/grown_maps.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace imago {
namespace {

constexpr int kSmall = 112;  // as many free photos are

// Scenes, of which the first are each before its counterpart; some events have none.
struct Scenes {
  ScenePart part = ScenePart::kTrain;
  int64_t count = 0;
  int64_t paired = 0;  // even
  const StagePhotos* photos = nullptr;
  bool all_before_photos = false;

  EventScene At(int64_t i) const {
    if (i >= paired) return DrawEventScene(part, static_cast<uint64_t>(i));
    const EventPair pair = DrawEventPair(part, static_cast<uint64_t>(i / 2));
    return i % 2 == 0 ? pair.scene : Exchanged(pair).scene;
  }
  // By fours, which hold a pair of each kind.
  bool BeforePhoto(int64_t i) const {
    return photos != nullptr && (all_before_photos || i / 4 % 2 == 1);
  }
  bool Coarse(int64_t i) const { return photos != nullptr && i / 8 % 2 == 1; }
  absl::StatusOr<Image> Render(int64_t i, int size) const {
    const int side = Coarse(i) ? std::min(size, kSmall) : size;
    if (BeforePhoto(i)) return photos->Render(At(i), side);
    return RenderEventScene(At(i), side).image;
  }
  // What tells the picture apart.
  std::string Key(int64_t i) const {
    const EventScene scene = At(i);
    return fmt::format("{} {}{}{}", scene.caption, scene.seed, Coarse(i) ? " coarse" : "",
                       BeforePhoto(i) ? " " + photos->BehindScene(scene) : "");
  }
};

template <typename List, typename Name>
int64_t PlaceIn(const List& list, const Name& name) {
  return std::find(list.begin(), list.end(), name) - list.begin();
}

// Types, fillers and boxes of the scenes, which are drawn for the boxes.
void Label(const Scenes& scenes, int size, EventScenes& out) {
  const PictureEventVocabulary words = StagedVocabulary();
  const auto none = static_cast<int64_t>(words.fillers.size());
  out.types = torch::empty({scenes.count}, torch::kInt64);
  out.fillers = torch::full({scenes.count, kPictureRoles}, none, torch::kInt64);
  out.boxes = torch::zeros({scenes.count, kPictureRoles, 4});
  out.seen = torch::zeros({scenes.count, kPictureRoles});
  for (int64_t i = 0; i < scenes.count; ++i) {
    const EventScene scene = scenes.At(i);
    const std::vector<Box> boxes = RenderEventScene(scene, size).boxes;
    out.types[i] = std::find_if(words.types.begin(), words.types.end(),
                                [&](const auto& type) { return type.type == scene.type; }) -
                   words.types.begin();
    for (size_t role = 0; role < scene.roles.size(); ++role) {
      const auto r = static_cast<int64_t>(role);
      out.fillers[i][r] = PlaceIn(words.fillers, scene.roles[role].filler);
      const Box& box = boxes[role];
      if (box.empty()) continue;
      out.boxes[i][r] = torch::tensor({box.left, box.top, box.right, box.bottom}, torch::kFloat32);
      out.seen[i][r] = 1;
    }
  }
}

absl::StatusOr<EventScenes> LoadScenes(const GrownMaps& network, const Scenes& scenes,
                                       const std::string& name) {
  const int size = network.size();
  PictureViews views;
  views.name = name;
  for (int64_t i = 0; i < scenes.count; ++i) views.paths.push_back(scenes.Key(i));
  views.source = [&scenes, size](int64_t i) { return scenes.Render(i, size); };
  auto maps = network.Of(views);
  if (!maps.ok()) return maps.status();
  EventScenes out = {scenes.paired, *std::move(maps), {}, {}, {}, {}};
  Label(scenes, size, out);
  return out;
}

// Nothing where the options name no manifest of photos.
absl::StatusOr<std::optional<StagePhotos>> LoadPhotos(const TrainEventsOptions& options,
                                                      const std::string& split) {
  if (options.photos.empty()) return std::nullopt;
  auto paths =
      PathsOfManifests({options.photos}, {split, "train"}, std::numeric_limits<int32_t>::max());
  if (!paths.ok()) return paths.status();
  return StagePhotos(*std::move(paths));
}

// Pictures without events: of the manifests and, where there are photos, half as many of these and
// half as many collages.
absl::StatusOr<RowFiles> LoadOthers(const GrownMaps& maps, const TrainEventsOptions& options,
                                    const std::optional<StagePhotos>& photos) {
  const ManifestPart part = {"train", "train"};
  if (!photos) return maps.OfManifests("others-train", options.manifests, part, options.others);
  auto paths = PathsOfManifests(options.manifests, part, options.others);
  if (!paths.ok()) return paths.status();
  const auto all = PathsOfManifests({options.photos}, part, options.others / 2);
  if (!all.ok()) return all.status();
  paths->insert(paths->end(), all->begin(), all->end());
  PictureViews views;
  views.name = "others-photos-train";
  views.paths = *paths;
  for (int64_t i = 0; i < options.others / 2; ++i) {
    views.paths.push_back(
        fmt::format("{}", fmt::join(photos->InCollage(static_cast<uint64_t>(i)), " beside ")));
  }
  const int size = maps.size();
  const auto files = static_cast<int64_t>(paths->size());
  views.source = [&, size, files](int64_t i) -> absl::StatusOr<Image> {
    if (i >= files) return photos->Collage(static_cast<uint64_t>(i - files), size);
    auto decoded = DecodeImageFile((*paths)[i]);
    if (!decoded.ok()) return decoded.status();
    return std::move(decoded->image);
  };
  return maps.Of(std::move(views));
}

}  // namespace

PictureEventVocabulary StagedVocabulary() {
  PictureEventVocabulary words;
  words.fillers = StagedFillers();
  for (const Act& act : Acts()) {
    PictureEventType type = {std::string(act.type), {}};
    for (const std::string_view role : act.roles) {
      if (!role.empty()) type.roles.emplace_back(role);
    }
    const bool known = std::any_of(words.types.begin(), words.types.end(),
                                   [&](const auto& other) { return other.type == type.type; });
    if (!known) words.types.push_back(std::move(type));
  }
  return words;
}

absl::StatusOr<EventData> LoadEventData(const TrainEventsOptions& options,
                                        const OpenStarter& network, TrainControl& control) {
  const GrownMaps maps = {
      network, options.cache_dir.empty() ? options.run_dir + "/features" : options.cache_dir,
      control};
  EventData data;
  const auto half = [](int64_t count) { return count / 4 * 2; };
  const auto photos = LoadPhotos(options, "train");
  if (!photos.ok()) return photos.status();
  const auto load = [&](const Scenes& scenes, const std::string& name, auto& out) {
    auto loaded = LoadScenes(maps, scenes, name);
    if (loaded.ok()) out = *std::move(loaded);
    return loaded.status();
  };
  const Scenes train = {ScenePart::kTrain, options.scenes, half(options.scenes),
                        *photos ? &**photos : nullptr};
  const std::string name = *photos ? "events-photos-train" : "events-train";
  if (auto status = load(train, name, data.train.scenes); !status.ok()) return status;
  Scenes tests = {ScenePart::kTest, options.tests, half(options.tests)};
  if (auto status = load(tests, "events-test", data.test_scenes); !status.ok()) return status;
  auto others = LoadOthers(maps, options, *photos);
  if (!others.ok()) return others.status();
  data.train.others = *std::move(others);
  auto test_others =
      maps.OfManifests("others-test", options.manifests, {"test", "train"}, options.others / 4);
  if (!test_others.ok()) return test_others.status();
  data.test_others = *std::move(test_others);
  const auto test_photos = LoadPhotos(options, "test");
  if (!test_photos.ok()) return test_photos.status();
  if (!*test_photos) return data;
  tests.photos = &**test_photos;
  tests.all_before_photos = true;
  if (auto status = load(tests, "events-photos-test", data.test_over_photos); !status.ok()) {
    return status;
  }
  return data;
}

}  // namespace imago
