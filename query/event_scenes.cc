#include "query/event_scenes.h"

#include <algorithm>

#include "fmt/format.h"
#include "kernels/kernels.h"
#include "storage/sha256.h"

namespace imago {
namespace {

constexpr uint64_t kBatch = 32;
constexpr std::string_view kIdPrefix = "scene-";

}  // namespace

std::vector<EventScene> EventSearchScenes(uint64_t count) {
  std::vector<EventScene> scenes;
  for (uint64_t number = 0; scenes.size() < count; ++number) {
    const EventPair pair = DrawEventPair(ScenePart::kTest, 2 * number + 1);  // exchanged roles
    scenes.push_back(pair.scene);
    scenes.push_back(Exchanged(pair).scene);
    for (int i = 0; i < 2; ++i) scenes.push_back(DrawEventScene(ScenePart::kTest, scenes.size()));
  }
  scenes.resize(count);
  return scenes;
}

std::string SceneId(size_t i) { return fmt::format("{}{:06}", kIdPrefix, i); }

size_t SceneOf(const std::string& id) { return std::stoul(id.substr(kIdPrefix.size())); }

absl::Status FillWithScenes(Engine& engine, Collection& collection,
                            const std::vector<EventScene>& scenes,
                            const EventSearchProgress& progress) {
  const Encoder& encoder = engine.encoder();
  for (size_t begin = 0; begin < scenes.size(); begin += kBatch) {
    const size_t end = std::min<size_t>(begin + kBatch, scenes.size());
    std::vector<Content> contents;
    for (size_t i = begin; i < end; ++i) {
      contents.push_back(
          ImageContent{RenderEventScene(scenes[i], encoder.preprocess().size).image});
    }
    auto encoded = encoder.Encode(contents);
    if (!encoded.ok()) return encoded.status();
    if (encoded->events.empty()) {
      return absl::FailedPreconditionError(
          fmt::format("the model {} reads no events off pictures", encoder.model()));
    }
    std::vector<Entry> entries;
    for (size_t i = begin; i < end; ++i) {
      Entry entry;
      entry.item.id = SceneId(i);
      entry.item.uri = "scene:" + entry.item.id;
      entry.item.sha256 = Sha256(entry.item.id);
      entry.item.events = std::move(encoded->events[i - begin]);
      StoredVector vector = {{entry.item.id}, encoder.model(), {}};
      vector.values.resize(encoded->rows.cols());
      ActiveKernels().to_f16(encoded->rows.row(i - begin), vector.values.data(),
                             vector.values.size());
      entry.vectors.push_back(std::move(vector));
      entries.push_back(std::move(entry));
    }
    if (auto status = collection.Write(std::move(entries)); !status.ok()) return status;
    if (progress) progress("pictures", end, scenes.size());
  }
  return absl::OkStatus();
}

}  // namespace imago
