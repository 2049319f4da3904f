#ifndef IMAGO_TESTS_EMBED_TORCH_PAIR_SUPPORT_H_
#define IMAGO_TESTS_EMBED_TORCH_PAIR_SUPPORT_H_

// Two tiny towers and made-up batches for them.

#include "embed/torch/pair_run.h"

namespace imago {

inline constexpr int kTinyVocab = 50;

inline TrainPairOptions TinyPairOptions() {
  TrainPairOptions options;
  options.model.dim = 8;
  options.model.preprocess.size = 16;
  options.model.image_tower.kind = "vit";
  options.model.image_tower.numbers = {
      {"size", 16}, {"patch", 4}, {"width", 16}, {"layers", 2}, {"heads", 2}};
  options.model.image_tower.words = {{"activation", "gelu"}};
  options.model.text_tower.kind = "clip-text";
  options.model.text_tower.numbers = {{"context", 8}, {"width", 16}, {"layers", 2}, {"heads", 2}};
  options.model.text_tower.words = {{"activation", "gelu"}};
  options.model.max_tokens = 8;
  options.steps = 8;
  options.batch = 12;
  options.rate = options.image.rate = options.text.rate = 2e-3;
  options.scale = 1 / 0.07;
  options.warmup = 2;
  return options;
}

inline TokenRows RandomTokens(int64_t n) {
  return {torch::randint(1, kTinyVocab, {n, 8}, torch::kInt64),
          torch::randint(3, 9, {n}, torch::kInt64)};
}

// Each row a pair of its own, and a third as many negatives.
inline PairBatch RandomBatch(int64_t n, uint64_t seed) {
  torch::manual_seed(seed);
  PairBatch batch;
  batch.pixels = torch::randn({n, 3, 16, 16});
  batch.texts = RandomTokens(n);
  batch.keys = torch::arange(n);
  batch.negatives = RandomTokens(n / 3);
  batch.negative_keys = torch::arange(1000, 1000 + n / 3);
  return batch;
}

// Rows [begin, end) of the pairs and [begin / 3, end / 3) of the negatives.
inline PairBatch PartOf(const PairBatch& batch, int64_t begin, int64_t end) {
  const auto rows = [](const TokenRows& all, int64_t from, int64_t to) {
    return TokenRows{all.ids.slice(0, from, to), all.lengths.slice(0, from, to)};
  };
  PairBatch part = batch;
  part.pixels = batch.pixels.slice(0, begin, end);
  part.texts = rows(batch.texts, begin, end);
  part.keys = batch.keys.slice(0, begin, end);
  part.negatives = rows(batch.negatives, begin / 3, end / 3);
  part.negative_keys = batch.negative_keys.slice(0, begin / 3, end / 3);
  if (batch.patches.defined()) part.patches = batch.patches.slice(0, begin, end);
  return part;
}

inline std::shared_ptr<PairModel> TinyPairModel(const TrainPairOptions& options,
                                                int teacher_dim = 0) {
  return *MakePairModel(options, kTinyVocab, teacher_dim);
}

}  // namespace imago

#endif  // IMAGO_TESTS_EMBED_TORCH_PAIR_SUPPORT_H_
