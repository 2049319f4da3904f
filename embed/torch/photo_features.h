#ifndef IMAGO_EMBED_TORCH_PHOTO_FEATURES_H_
#define IMAGO_EMBED_TORCH_PHOTO_FEATURES_H_

// A frozen network's features of training photos, computed once per view and kept.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/preprocess.h"
#include "embed/torch/efficientnet_lite.h"

namespace imago {

// Resizing by the short side, and the values that EfficientNet-Lite was trained on.
PreprocessOptions LitePreprocess(int size);

enum class Pooling { kMean, kCentral };  // MeanFeatures or CentralFeatures

struct PhotoFeatures {
  std::vector<std::string> paths;
  std::string cache_dir;
  std::string name;     // of the set: "train"
  std::string network;  // what made them, for the cache's key
  Pooling pooling = Pooling::kMean;
  int size = 224;
  int view = 0;       // 0: as the encoder will see them; 1, 2, ...: random views
  uint64_t seed = 1;  // of the random views
  int batch = 16;
};

// After each pass of the network: photos done so far of this view. An error ends the work.
using FeatureProgress = std::function<absl::Status(int64_t done)>;

// [paths, features]. Unreadable photos are errors that name the file.
absl::StatusOr<torch::Tensor> ComputeFeatures(EfficientNetLite& trunk, const PhotoFeatures& photos,
                                              const FeatureProgress& progress);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PHOTO_FEATURES_H_
