#ifndef IMAGO_EMBED_TORCH_TRAIN_SOURCES_H_
#define IMAGO_EMBED_TORCH_TRAIN_SOURCES_H_

// What both parts of a training take from manifests, texts and pretrained networks.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/torch/picture_features.h"
#include "embed/torch/pretrained.h"
#include "embed/torch/row_cache.h"
#include "embed/torch/sentences.h"
#include "embed/train_clip.h"
#include "embed/train_manifest.h"

namespace imago {

// Passes on what is done of a phase, and ends the work when asked to.
class Reporter {
 public:
  Reporter(TrainControl& control, std::string phase, int64_t total)
      : control_(control), phase_(std::move(phase)), total_(total) {}

  absl::Status Report(int64_t done) const;

 private:
  TrainControl& control_;
  std::string phase_;
  int64_t total_;
};

std::string CacheDir(const TrainClipOptions& options);
// Where the files of the first manifest are.
std::string PhotosDir(const TrainClipOptions& options);
std::vector<std::string> PathsIn(const std::string& dir, const std::vector<LabelledPhoto>& photos);
// The position of each photo's label among the sorted labels, int64.
torch::Tensor LabelRows(const std::vector<LabelledPhoto>& photos,
                        const std::vector<std::string>& labels);

// Unit vectors [texts, width] of training texts; `name` is the set's, for progress and the cache.
absl::StatusOr<torch::Tensor> Sentences(const SentenceEncoder& encoder, const std::string& name,
                                        const std::vector<std::string>& texts,
                                        const TrainClipOptions& options, TrainControl& control);

// Whether what is not trained is computed in bf16.
bool UsesBfloat16(const TrainClipOptions& options);
// A copy of a network for that: what is written into the bundle stays f32.
struct FrozenNetwork {
  std::shared_ptr<EfficientNetLite> trunk;
  std::string name;  // of its family and precision
};
absl::StatusOr<FrozenNetwork> FrozenCopy(const TrainClipOptions& options,
                                         const EfficientNetLite& trunk);

// The maps before block options.tune_from, in views 0 to `count` - 1 of the size of training.
absl::StatusOr<std::vector<RowFiles>> MapsToTrainOn(const FrozenNetwork& network,
                                                    PictureViews views, int count,
                                                    const TrainClipOptions& options,
                                                    TrainControl& control);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TRAIN_SOURCES_H_
