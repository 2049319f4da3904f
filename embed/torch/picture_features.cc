#include "embed/torch/picture_features.h"

#include <algorithm>

#include "embed/augment.h"
#include "embed/decode_image.h"
#include "embed/random.h"
#include "embed/torch/posterior_tower.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "storage/sha256.h"

namespace imago {
namespace {

constexpr int64_t kMapsInFile = 256;

uint64_t ViewSeed(const PictureViews& views, int64_t picture) {
  Random mix(views.seed);
  mix = Random(mix.Next() ^ static_cast<uint64_t>(picture));
  return Random(mix.Next() ^ static_cast<uint64_t>(views.view)).Next();
}

Image View(const PictureViews& views, int64_t picture, const Image& image) {
  if (views.view == 0) return ResizeAndCrop(image, LitePreprocess(views.size));
  return AugmentedView(image, views.size, ViewSeed(views, picture), views.augment);
}

absl::StatusOr<Image> Picture(const PictureViews& views, int64_t i) {
  if (views.source) return views.source(i);
  auto decoded = DecodeImageFile(views.paths[i]);
  if (!decoded.ok()) return decoded.status();
  return std::move(decoded->image);
}

absl::StatusOr<torch::Tensor> Pixels(const PictureViews& views, int64_t begin, int64_t end) {
  const PreprocessOptions options = LitePreprocess(views.size);
  const int64_t size = views.size;
  torch::Tensor pixels = torch::empty({end - begin, 3, size, size}, torch::kFloat32);
  for (int64_t i = begin; i < end; ++i) {
    const auto picture = Picture(views, i);
    if (!picture.ok()) return picture.status();
    Preprocess(View(views, i, *picture), options,
               pixels.data_ptr<float>() + (i - begin) * 3 * size * size);
  }
  return pixels;
}

std::string RandomViewKey(const PictureViews& views) {
  return fmt::format("view {} seed {} {}", views.view, views.seed, Describe(views.augment));
}

RowCache CacheOf(const PictureViews& views, const std::string& what) {
  RowCache cache;
  cache.dir = views.cache_dir;
  cache.name = fmt::format("{}{}-{}-view{}", views.name, what, views.size, views.view);
  cache.key = fmt::format("{}{} size {} {} pictures {}", views.network, what, views.size,
                          views.view == 0 ? "as is" : RandomViewKey(views),
                          Sha256(fmt::format("{}", fmt::join(views.paths, "\n"))));
  return cache;
}

RowCache FeatureCache(const PictureViews& views) {
  return CacheOf(views, views.pooling == Pooling::kCentral ? "-central" : "");
}

// A source that computes `rows` of a few pictures at a time.
template <typename Compute>
RowSource InPasses(const PictureViews& views, const FeatureProgress& progress, Compute compute) {
  return [&views, &progress, compute](int64_t begin, int64_t end) -> absl::StatusOr<torch::Tensor> {
    std::vector<torch::Tensor> rows;
    for (int64_t at = begin; at < end; at += views.batch) {
      const int64_t to = std::min<int64_t>(at + views.batch, end);
      absl::StatusOr<torch::Tensor> pass = compute(at, to);
      if (!pass.ok()) return pass.status();
      rows.push_back(*std::move(pass));
      if (auto status = progress(to); !status.ok()) return status;
    }
    return torch::cat(rows);
  };
}

torch::Tensor Pool(const torch::Tensor& places, Pooling pooling) {
  return pooling == Pooling::kMean ? MeanFeatures(places) : CentralFeatures(places);
}

}  // namespace

PreprocessOptions LitePreprocess(int size) {
  constexpr float kMean = 127.0f / 255;
  constexpr float kDeviation = 128.0f / 255;
  return {
      size, ResizeMode::kShortSide, {kMean, kMean, kMean}, {kDeviation, kDeviation, kDeviation}};
}

absl::StatusOr<torch::Tensor> ComputeFeatures(EfficientNetLite& trunk, const PictureViews& views,
                                              const FeatureProgress& progress) {
  const torch::InferenceMode inference;
  const auto compute = [&](int64_t begin, int64_t end) -> absl::StatusOr<torch::Tensor> {
    const auto pixels = Pixels(views, begin, end);
    if (!pixels.ok()) return pixels.status();
    return Pool(trunk.Places(*pixels), views.pooling);
  };
  return CachedRows(FeatureCache(views), static_cast<int64_t>(views.paths.size()),
                    InPasses(views, progress, compute));
}

absl::StatusOr<RowFiles> ComputeMaps(EfficientNetLite& trunk, size_t block,
                                     const PictureViews& views, const FeatureProgress& progress) {
  const torch::InferenceMode inference;
  const auto compute = [&](int64_t begin, int64_t end) -> absl::StatusOr<torch::Tensor> {
    const auto pixels = Pixels(views, begin, end);
    if (!pixels.ok()) return pixels.status();
    return trunk.PlacesBefore(*pixels, block).permute({0, 2, 3, 1}).to(torch::kFloat16);
  };
  RowCache cache = CacheOf(views, fmt::format("-block{}", block));
  cache.chunk_rows = kMapsInFile;
  cache.type = TensorType::kF16;
  return RowFiles::Make(cache, static_cast<int64_t>(views.paths.size()),
                        InPasses(views, progress, compute));
}

absl::StatusOr<torch::Tensor> ComputeFeaturesOfMaps(EfficientNetLite& trunk, size_t block,
                                                    const RowFiles& maps, const PictureViews& views,
                                                    const FeatureProgress& progress) {
  const torch::InferenceMode inference;
  const torch::ScalarType type = trunk.ParametersFrom(block).front().scalar_type();
  const auto compute = [&](int64_t begin, int64_t end) -> absl::StatusOr<torch::Tensor> {
    const torch::Tensor map = MapsOf(maps, torch::arange(begin, end)).to(type);
    return Pool(trunk.PlacesFrom(map, block), views.pooling);
  };
  return CachedRows(FeatureCache(views), maps.count(), InPasses(views, progress, compute));
}

torch::Tensor MapsOf(const RowFiles& maps, const torch::Tensor& pictures) {
  return maps.Rows(pictures).permute({0, 3, 1, 2});
}

}  // namespace imago
