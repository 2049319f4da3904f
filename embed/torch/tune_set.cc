#include "embed/torch/tune_set.h"

#include <ATen/CPUGeneratorImpl.h>

#include <utility>

#include "embed/augment.h"
#include "embed/decode_image.h"
#include "embed/random.h"
#include "embed/torch/photo_features.h"
#include "fmt/format.h"

namespace imago {
namespace {

// Half of the batch for the first kind, the rest in equal parts.
std::vector<int64_t> Shares(int64_t pictures, size_t kinds) {
  std::vector<int64_t> shares = {kinds == 1 ? pictures : pictures / 2};
  int64_t left = pictures - shares.front();
  for (size_t i = 1; i < kinds; ++i) {
    shares.push_back(left / static_cast<int64_t>(kinds - i));
    left -= shares.back();
  }
  return shares;
}

torch::Tensor WeightsByLabel(const torch::Tensor& labels) {
  return torch::bincount(labels).index_select(0, labels).to(torch::kFloat32).pow(-0.5);
}

}  // namespace

absl::StatusOr<TuneSampler> TuneSampler::Make(TuneSet set, const TuneBatchOptions& options,
                                              uint64_t seed) {
  TuneSampler sampler(std::move(set), options, seed);
  for (size_t i = 0; i < sampler.shares_.size(); ++i) {
    if (sampler.set_.kind_counts[i] >= sampler.shares_[i]) continue;
    return absl::InvalidArgumentError(
        fmt::format("manifest {} has {} pictures to train on, its part of a batch is {}", i + 1,
                    sampler.set_.kind_counts[i], sampler.shares_[i]));
  }
  return sampler;
}

TuneSampler::TuneSampler(TuneSet set, const TuneBatchOptions& options, uint64_t seed)
    : set_(std::move(set)),
      options_(options),
      seed_(seed),
      shares_(Shares(options.pictures, set_.kind_counts.size())) {
  int64_t begin = 0;
  for (const int64_t count : set_.kind_counts) {
    weights_.push_back(WeightsByLabel(set_.labels.narrow(0, begin, count)));
    begin += count;
  }
}

absl::StatusOr<TuneBatch> TuneSampler::Draw(int64_t step) const {
  const torch::NoGradGuard no_grad;
  Random mix(seed_);
  mix = Random(mix.Next() ^ static_cast<uint64_t>(step));
  const at::Generator random = at::make_generator<at::CPUGeneratorImpl>(mix.Next());
  std::vector<torch::Tensor> drawn;
  int64_t begin = 0;
  for (size_t i = 0; i < shares_.size(); ++i) {
    drawn.push_back(begin +
                    torch::multinomial(weights_[i], shares_[i], /*replacement=*/false, random));
    begin += set_.kind_counts[i];
  }
  const torch::Tensor pictures = torch::cat(drawn);
  auto pixels = Pixels(pictures, mix.Next());
  if (!pixels.ok()) return pixels.status();
  TuneBatch batch;
  batch.pixels = *std::move(pixels);
  batch.labels = set_.labels.index_select(0, pictures);
  batch.photos = shares_.front();
  batch.text = mix.Below(set_.label_texts.size(1));
  const torch::Tensor uniform = torch::rand({pictures.size(0), options_.hidden}, random);
  batch.keep = (uniform >= options_.dropout).to(torch::kFloat32) / (1 - options_.dropout);
  batch.partner = torch::randperm(batch.photos, random, torch::kInt64);
  batch.share = torch::rand({batch.photos, 1}, random) * 0.4 + 0.3;
  return batch;
}

absl::StatusOr<torch::Tensor> TuneSampler::Pixels(const torch::Tensor& pictures,
                                                  uint64_t seed) const {
  const int64_t size = options_.size;
  const PreprocessOptions preprocess = LitePreprocess(options_.size);
  torch::Tensor pixels = torch::empty({pictures.size(0), 3, size, size});
  const int64_t* picture = pictures.data_ptr<int64_t>();
  Random mix(seed);
  for (int64_t i = 0; i < pictures.size(0); ++i) {
    const auto decoded = DecodeImageFile(set_.paths[picture[i]]);
    if (!decoded.ok()) return decoded.status();
    Preprocess(AugmentedView(decoded->image, options_.size, mix.Next()), preprocess,
               pixels.data_ptr<float>() + i * 3 * size * size);
  }
  return pixels;
}

}  // namespace imago
