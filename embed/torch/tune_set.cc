#include "embed/torch/tune_set.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "embed/random.h"
#include "embed/torch/picture_features.h"
#include "fmt/format.h"

namespace imago {
namespace {

// A third of the batch for the first kind, the rest in equal parts.
std::vector<int64_t> Shares(int64_t pictures, size_t kinds) {
  std::vector<int64_t> shares = {kinds == 1 ? pictures : pictures / 3};
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

// Picture by picture, of the view that is named for it.
torch::Tensor MapsInViews(const TuneKind& kind, const torch::Tensor& pictures,
                          const torch::Tensor& views) {
  std::vector<torch::Tensor> maps;
  for (int64_t i = 0; i < pictures.size(0); ++i) {
    maps.push_back(MapsOf(kind.views[views[i].item<int64_t>()], pictures.narrow(0, i, 1)));
  }
  return torch::cat(maps);
}

// A quarter to three quarters of `side`, and where it begins.
std::pair<int64_t, int64_t> DrawSpan(int64_t side, Random& random) {
  const auto length = std::max<int64_t>(1, std::llround(random.Uniform(0.25, 0.75) * side));
  return {random.Below(side - length + 1), length};
}

// Each map with a rectangle of another one.
torch::Tensor Collages(const torch::Tensor& maps, Random& random) {
  const int64_t n = maps.size(0);
  torch::Tensor collages = maps.clone();
  for (int64_t i = 0; i < n && n > 1; ++i) {
    const auto [y, height] = DrawSpan(maps.size(2), random);
    const auto [x, width] = DrawSpan(maps.size(3), random);
    const int64_t other = (i + 1 + random.Below(n - 1)) % n;
    const auto part = [&](const torch::Tensor& map) {
      return map.narrow(1, y, height).narrow(2, x, width);
    };
    part(collages[i]).copy_(part(maps[other]));
  }
  return collages;
}

}  // namespace

absl::StatusOr<TuneSampler> TuneSampler::Make(TuneSet set, const TuneBatchOptions& options,
                                              uint64_t seed) {
  TuneSampler sampler(std::move(set), options, seed);
  for (size_t i = 0; i < sampler.shares_.size(); ++i) {
    const int64_t count = sampler.set_.kinds[i].views.front().count();
    if (count >= sampler.shares_[i]) continue;
    return absl::InvalidArgumentError(
        fmt::format("manifest {} has {} pictures to train on, its part of a batch is {}", i + 1,
                    count, sampler.shares_[i]));
  }
  return sampler;
}

TuneSampler::TuneSampler(TuneSet set, const TuneBatchOptions& options, uint64_t seed)
    : set_(std::move(set)),
      options_(options),
      seed_(seed),
      shares_(Shares(options.pictures, set_.kinds.size())) {
  int64_t begin = 0;
  for (const TuneKind& kind : set_.kinds) {
    const int64_t count = kind.views.front().count();
    weights_.push_back(WeightsByLabel(set_.labels.narrow(0, begin, count)));
    begin += count;
  }
}

TuneBatch TuneSampler::Draw(int64_t step) const {
  const torch::NoGradGuard no_grad;
  Random mix(seed_);
  mix = Random(mix.Next() ^ static_cast<uint64_t>(step));
  const at::Generator random = at::make_generator<at::CPUGeneratorImpl>(mix.Next());
  TuneBatch batch;
  std::vector<torch::Tensor> labels;
  std::vector<torch::Tensor> maps;
  int64_t begin = 0;
  for (size_t i = 0; i < shares_.size(); ++i) {
    const TuneKind& kind = set_.kinds[i];
    const torch::Tensor drawn =
        torch::multinomial(weights_[i], shares_[i], /*replacement=*/false, random);
    const torch::Tensor views = torch::randint(static_cast<int64_t>(kind.views.size()),
                                               {shares_[i]}, random, torch::kInt64);
    labels.push_back(set_.labels.index_select(0, begin + drawn));
    maps.push_back(MapsInViews(kind, drawn, views));
    begin += kind.views.front().count();
  }
  batch.photos = batch.collages = shares_.front();
  maps.insert(maps.begin(), Collages(maps.front(), mix));
  batch.maps = torch::cat(maps).contiguous(torch::MemoryFormat::ChannelsLast);
  batch.labels = torch::cat(labels);
  batch.text = mix.Below(set_.label_texts.size(1));
  const torch::Tensor uniform = torch::rand({options_.pictures, options_.hidden}, random);
  batch.keep = (uniform >= options_.dropout).to(torch::kFloat32) / (1 - options_.dropout);
  return batch;
}

}  // namespace imago
