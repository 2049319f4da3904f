#include "embed/torch/photo_features.h"

#include <algorithm>

#include "embed/augment.h"
#include "embed/decode_image.h"
#include "embed/random.h"
#include "embed/torch/posterior_tower.h"
#include "embed/torch/row_cache.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "storage/sha256.h"

namespace imago {
namespace {

std::string PoolingName(const PhotoFeatures& photos) {
  return photos.pooling == Pooling::kCentral ? "-central" : "";
}

std::string CacheKey(const PhotoFeatures& photos) {
  return fmt::format("{}{} size {} view {} seed {} photos {}", photos.network, PoolingName(photos),
                     photos.size, photos.view, photos.view == 0 ? 0 : photos.seed,
                     Sha256(fmt::format("{}", fmt::join(photos.paths, "\n"))));
}

uint64_t ViewSeed(const PhotoFeatures& photos, int64_t photo) {
  Random mix(photos.seed);
  mix = Random(mix.Next() ^ static_cast<uint64_t>(photo));
  return Random(mix.Next() ^ static_cast<uint64_t>(photos.view)).Next();
}

Image View(const PhotoFeatures& photos, int64_t photo, const Image& image) {
  if (photos.view == 0) return ResizeAndCrop(image, LitePreprocess(photos.size));
  return AugmentedView(image, photos.size, ViewSeed(photos, photo));
}

absl::StatusOr<torch::Tensor> Pixels(const PhotoFeatures& photos, int64_t begin, int64_t end) {
  const PreprocessOptions options = LitePreprocess(photos.size);
  const int64_t size = photos.size;
  torch::Tensor pixels = torch::empty({end - begin, 3, size, size}, torch::kFloat32);
  for (int64_t i = begin; i < end; ++i) {
    const auto decoded = DecodeImageFile(photos.paths[i]);
    if (!decoded.ok()) return decoded.status();
    Preprocess(View(photos, i, decoded->image), options,
               pixels.data_ptr<float>() + (i - begin) * 3 * size * size);
  }
  return pixels;
}

}  // namespace

PreprocessOptions LitePreprocess(int size) {
  constexpr float kMean = 127.0f / 255;
  constexpr float kDeviation = 128.0f / 255;
  return {
      size, ResizeMode::kShortSide, {kMean, kMean, kMean}, {kDeviation, kDeviation, kDeviation}};
}

absl::StatusOr<torch::Tensor> ComputeFeatures(EfficientNetLite& trunk, const PhotoFeatures& photos,
                                              const FeatureProgress& progress) {
  const torch::InferenceMode inference;
  const auto compute = [&](int64_t begin, int64_t end) -> absl::StatusOr<torch::Tensor> {
    std::vector<torch::Tensor> rows;
    for (int64_t at = begin; at < end; at += photos.batch) {
      const auto pixels = Pixels(photos, at, std::min<int64_t>(at + photos.batch, end));
      if (!pixels.ok()) return pixels.status();
      const torch::Tensor places = trunk.Places(*pixels);
      rows.push_back(photos.pooling == Pooling::kMean ? MeanFeatures(places)
                                                      : CentralFeatures(places));
      auto status = progress(std::min<int64_t>(at + photos.batch, end));
      if (!status.ok()) return status;
    }
    return torch::cat(rows);
  };
  RowCache cache;
  cache.dir = photos.cache_dir;
  cache.name =
      fmt::format("{}{}-{}-view{}", photos.name, PoolingName(photos), photos.size, photos.view);
  cache.key = CacheKey(photos);
  return CachedRows(cache, static_cast<int64_t>(photos.paths.size()), compute);
}

}  // namespace imago
