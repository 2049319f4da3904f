#include "embed/eval_scenes.h"

#include <algorithm>
#include <map>

#include "embed/stage.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

constexpr uint64_t kBatch = 32;

struct Batch {
  std::vector<Content> pictures;
  std::vector<Content> captions;
  std::vector<Content> wrong;
};

// Rows of all scenes.
struct SceneRows {
  Matrix pictures;
  Matrix captions;
  Matrix wrong;
  std::vector<std::string> kinds;
};

absl::StatusOr<SceneRows> EncodeScenes(const Encoder& encoder, const SceneSource& source,
                                       uint64_t count, const PhotoProgress& progress) {
  SceneRows rows;
  for (uint64_t begin = 0; begin < count; begin += kBatch) {
    const uint64_t end = std::min(begin + kBatch, count);
    Batch batch;
    for (uint64_t i = begin; i < end; ++i) {
      auto scene = source(i, encoder.preprocess().size);
      if (!scene.ok()) return scene.status();
      batch.pictures.push_back(ImageContent{std::move(scene->picture)});
      batch.captions.push_back(TextContent{std::move(scene->caption)});
      batch.wrong.push_back(TextContent{std::move(scene->wrong)});
      rows.kinds.push_back(std::move(scene->kind));
    }
    for (const auto& [contents, matrix] : {std::pair{&batch.pictures, &rows.pictures},
                                           {&batch.captions, &rows.captions},
                                           {&batch.wrong, &rows.wrong}}) {
      const auto encoded = encoder.Encode(*contents);
      if (!encoded.ok()) return encoded.status();
      matrix->Append(encoded->rows);
    }
    if (progress.on_progress) progress.on_progress(progress.what, end, count);
  }
  return rows;
}

std::vector<float> Mean(const Matrix& rows) {
  std::vector<float> mean(rows.cols());
  for (size_t r = 0; r < rows.rows(); ++r) {
    ActiveKernels().add_scaled(rows.row(r), 1.0f / static_cast<float>(rows.rows()), mean.data(),
                               mean.size());
  }
  return mean;
}

}  // namespace

SceneSource ScenesOf(const World& world) {
  return [&world](uint64_t number, int size) -> absl::StatusOr<TestScene> {
    Scene scene = world.Draw(ScenePart::kTest, number);
    auto picture = world.Render(scene, size);
    if (!picture.ok()) return picture.status();
    return TestScene{*std::move(picture), std::string(SceneKindName(scene.kind)),
                     std::move(scene.caption), std::move(scene.wrong)};
  };
}

SceneSource EventScenes() {
  return [](uint64_t number, int size) -> absl::StatusOr<TestScene> {
    EventPair pair = DrawEventPair(ScenePart::kTest, number);
    const bool of_roles = pair.wrong == pair.scene.other_roles;
    return TestScene{RenderEventScene(pair.scene, size).image, of_roles ? "roles" : "event",
                     std::move(pair.scene.caption), std::move(pair.wrong)};
  };
}

absl::StatusOr<std::vector<SceneScore>> ScoreScenes(const Encoder& encoder,
                                                    const SceneSource& source, uint64_t count,
                                                    const PhotoProgress& progress) {
  const auto rows = EncodeScenes(encoder, source, count, progress);
  if (!rows.ok()) return rows.status();
  const std::vector<float> mean = Mean(rows->pictures);
  const auto prefers = [&](const float* picture, size_t i) -> uint8_t {
    const auto score = [&](const Matrix& texts) {
      return ActiveKernels().dot_f32(picture, texts.row(i), mean.size());
    };
    return score(rows->captions) > score(rows->wrong) ? 1 : 0;
  };
  std::map<std::string, SceneScore> by_kind;
  for (size_t i = 0; i < rows->kinds.size(); ++i) {
    SceneScore& score = by_kind[rows->kinds[i]];
    score.kind = rows->kinds[i];
    score.right.push_back(prefers(rows->pictures.row(i), i));
    score.blind.push_back(prefers(mean.data(), i));
  }
  std::vector<SceneScore> scores;
  for (auto& [kind, score] : by_kind) scores.push_back(std::move(score));
  return scores;
}

}  // namespace imago
