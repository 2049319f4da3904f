#include "embed/torch/event_set.h"

#include <algorithm>

#include "embed/stage.h"
#include "embed/stage_acts.h"
#include "embed/torch/grown_maps.h"
#include "fmt/format.h"

namespace imago {
namespace {

// Scenes, of which the first are each before its counterpart; some events have none.
struct Scenes {
  ScenePart part = ScenePart::kTrain;
  int64_t count = 0;
  int64_t paired = 0;  // even

  EventScene At(int64_t i) const {
    if (i >= paired) return DrawEventScene(part, static_cast<uint64_t>(i));
    const EventPair pair = DrawEventPair(part, static_cast<uint64_t>(i / 2));
    return i % 2 == 0 ? pair.scene : Exchanged(pair).scene;
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

absl::StatusOr<EventScenes> LoadScenes(const GrownMaps& network, const Scenes& scenes) {
  const int size = network.size();
  PictureViews views;
  views.name = scenes.part == ScenePart::kTrain ? "events-train" : "events-test";
  for (int64_t i = 0; i < scenes.count; ++i) {
    const EventScene scene = scenes.At(i);
    views.paths.push_back(fmt::format("{} {}", scene.caption, scene.seed));
  }
  views.source = [&scenes, size](int64_t i) -> absl::StatusOr<Image> {
    return RenderEventScene(scenes.At(i), size).image;
  };
  auto maps = network.Of(views);
  if (!maps.ok()) return maps.status();
  EventScenes out = {scenes.paired, *std::move(maps), {}, {}, {}, {}};
  Label(scenes, size, out);
  return out;
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
  auto scenes = LoadScenes(maps, {ScenePart::kTrain, options.scenes, half(options.scenes)});
  if (!scenes.ok()) return scenes.status();
  data.train.scenes = *std::move(scenes);
  auto tests = LoadScenes(maps, {ScenePart::kTest, options.tests, half(options.tests)});
  if (!tests.ok()) return tests.status();
  data.test_scenes = *std::move(tests);
  auto others =
      maps.OfManifests("others-train", options.manifests, {"train", "train"}, options.others);
  if (!others.ok()) return others.status();
  data.train.others = *std::move(others);
  auto test_others =
      maps.OfManifests("others-test", options.manifests, {"test", "train"}, options.others / 4);
  if (!test_others.ok()) return test_others.status();
  data.test_others = *std::move(test_others);
  return data;
}

}  // namespace imago
