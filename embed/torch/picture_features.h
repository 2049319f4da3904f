#ifndef IMAGO_EMBED_TORCH_PICTURE_FEATURES_H_
#define IMAGO_EMBED_TORCH_PICTURE_FEATURES_H_

// What a frozen network makes of training pictures, computed once per view and kept: the map before
// one of its blocks, or the features at its end.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/augment.h"
#include "embed/preprocess.h"
#include "embed/torch/efficientnet_lite.h"
#include "embed/torch/row_cache.h"

namespace imago {

// Resizing by the short side, and the values that EfficientNet-Lite was trained on.
PreprocessOptions LitePreprocess(int size);

enum class Pooling { kMean, kCentral };  // MeanFeatures or CentralFeatures

struct PictureViews {
  std::vector<std::string> paths;  // of files, or what tells the pictures of `source` apart
  std::function<absl::StatusOr<Image>(int64_t)> source = nullptr;  // picture i, instead of files
  std::string cache_dir;
  std::string name;     // of the set: "train"
  std::string network;  // what looks at them, for the cache's key
  Pooling pooling = Pooling::kMean;
  int size = 224;
  int view = 0;       // 0: as the encoder will see them; 1, 2, ...: random views
  uint64_t seed = 1;  // of the random views
  AugmentOptions augment;
  int batch = 16;
};

// After each pass of the network: pictures done so far of this view. An error ends the work.
using FeatureProgress = std::function<absl::Status(int64_t done)>;

// [paths, features]. Unreadable pictures are errors that name the file.
absl::StatusOr<torch::Tensor> ComputeFeatures(EfficientNetLite& trunk, const PictureViews& views,
                                              const FeatureProgress& progress);

// The maps before `block` as f16 [paths, h, w, channels].
absl::StatusOr<RowFiles> ComputeMaps(EfficientNetLite& trunk, size_t block,
                                     const PictureViews& views, const FeatureProgress& progress);
// ComputeFeatures from the maps before `block` of the same views.
absl::StatusOr<torch::Tensor> ComputeFeaturesOfMaps(EfficientNetLite& trunk, size_t block,
                                                    const RowFiles& maps, const PictureViews& views,
                                                    const FeatureProgress& progress);

// Rows of ComputeMaps as [n, channels, h, w], channels last.
torch::Tensor MapsOf(const RowFiles& maps, const torch::Tensor& pictures);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PICTURE_FEATURES_H_
