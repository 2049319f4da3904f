#include "embed/torch/train_set.h"

#include <ATen/CPUGeneratorImpl.h>

#include "embed/random.h"

namespace imago {
namespace {

torch::Tensor Below(int64_t high, int64_t n, const at::Generator& random) {
  return torch::randint(high, {n}, random, torch::kInt64);
}

}  // namespace

torch::Tensor CountLabels(const TrainSet& set) {
  return torch::bincount(set.labels, {}, set.label_texts.size(0));
}

BatchSampler::BatchSampler(TrainSet set, const BatchOptions& options, uint64_t seed)
    : set_(std::move(set)),
      options_(options),
      seed_(seed),
      by_label_(set_.labels.argsort(/*stable=*/true, 0, /*descending=*/false)),
      counts_(CountLabels(set_)),
      begins_(counts_.cumsum(0) - counts_) {
  weights_ = counts_.index_select(0, set_.labels).to(torch::kFloat32).pow(-0.5);
}

TrainBatch BatchSampler::Draw(int64_t step) const {
  Random mix(seed_);
  mix = Random(mix.Next() ^ static_cast<uint64_t>(step));
  const at::Generator random = at::make_generator<at::CPUGeneratorImpl>(mix.Next());
  TrainBatch batch;
  batch.photos = DrawPhotos(random);
  if (options_.pairs > 0) batch.pairs = DrawPairs(random);
  return batch;
}

PictureTexts BatchSampler::DrawPhotos(const at::Generator& random) const {
  const int64_t n = options_.photos;
  const torch::Tensor photos = torch::multinomial(weights_, n, /*replacement=*/false, random);
  const torch::Tensor labels = set_.labels.index_select(0, photos);
  const torch::Tensor texts = Below(set_.label_texts.size(1), n, random);
  return {RandomView(photos, random), set_.label_texts.index({labels, texts}), labels,
          DrawKeep(n, random)};
}

PictureTexts BatchSampler::DrawPairs(const at::Generator& random) const {
  const int64_t n = options_.pairs;
  const torch::Tensor pairs = Below(set_.pair_labels.size(0), n, random);
  const torch::Tensor labels = set_.pair_labels.index_select(0, pairs);
  const torch::Tensor first = RandomView(PhotoOf(labels.select(1, 0), random), random);
  const torch::Tensor second = RandomView(PhotoOf(labels.select(1, 1), random), random);
  const torch::Tensor weight = torch::rand({n, 1}, random) * 0.4 + 0.3;
  const torch::Tensor keys = labels.select(1, 0) * set_.label_texts.size(0) + labels.select(1, 1);
  return {weight * first + (1 - weight) * second, set_.pair_texts.index_select(0, pairs), keys,
          DrawKeep(n, random)};
}

torch::Tensor BatchSampler::RandomView(const torch::Tensor& photos,
                                       const at::Generator& random) const {
  return set_.features.index({Below(set_.features.size(0), photos.size(0), random), photos});
}

torch::Tensor BatchSampler::PhotoOf(const torch::Tensor& labels,
                                    const at::Generator& random) const {
  const torch::Tensor counts = counts_.index_select(0, labels);
  const torch::Tensor within =
      (torch::rand({labels.size(0)}, random, torch::kFloat64) * counts).to(torch::kInt64);
  return by_label_.index_select(0, begins_.index_select(0, labels) + within);
}

torch::Tensor BatchSampler::DrawKeep(int64_t rows, const at::Generator& random) const {
  const torch::Tensor uniform = torch::rand({rows, options_.hidden}, random);
  return (uniform >= options_.dropout).to(torch::kFloat32) / (1 - options_.dropout);
}

}  // namespace imago
