#include "embed/eval_scenes.h"

#include <algorithm>
#include <map>

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
  std::vector<SceneKind> kinds;
};

absl::StatusOr<SceneRows> EncodeScenes(const Encoder& encoder, const World& world, uint64_t count,
                                       const PhotoProgress& progress) {
  SceneRows rows;
  for (uint64_t begin = 0; begin < count; begin += kBatch) {
    const uint64_t end = std::min(begin + kBatch, count);
    Batch batch;
    for (uint64_t i = begin; i < end; ++i) {
      const Scene scene = world.Draw(ScenePart::kTest, i);
      auto picture = world.Render(scene, encoder.preprocess().size);
      if (!picture.ok()) return picture.status();
      batch.pictures.push_back(ImageContent{*std::move(picture)});
      batch.captions.push_back(TextContent{scene.caption});
      batch.wrong.push_back(TextContent{scene.wrong});
      rows.kinds.push_back(scene.kind);
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

absl::StatusOr<std::vector<SceneScore>> ScoreScenes(const Encoder& encoder, const World& world,
                                                    uint64_t count, const PhotoProgress& progress) {
  const auto rows = EncodeScenes(encoder, world, count, progress);
  if (!rows.ok()) return rows.status();
  const std::vector<float> mean = Mean(rows->pictures);
  const auto prefers = [&](const float* picture, size_t i) -> uint8_t {
    const auto score = [&](const Matrix& texts) {
      return ActiveKernels().dot_f32(picture, texts.row(i), mean.size());
    };
    return score(rows->captions) > score(rows->wrong) ? 1 : 0;
  };
  std::map<SceneKind, SceneScore> by_kind;
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
