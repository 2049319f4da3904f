#ifndef IMAGO_EMBED_TORCH_TRAIN_DATA_H_
#define IMAGO_EMBED_TORCH_TRAIN_DATA_H_

// Everything that training reads, computed by the frozen networks or taken from the cache.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/torch/pretrained.h"
#include "embed/torch/row_cache.h"
#include "embed/torch/sentences.h"
#include "embed/torch/starter_model.h"
#include "embed/torch/train_set.h"
#include "embed/train_clip.h"

namespace imago {

// Pictures and the names among which they are told apart.
struct TestSet {
  torch::Tensor features;  // [photos, features]
  torch::Tensor labels;    // [photos] int64, rows of names
  torch::Tensor names;     // [names, width]
};

struct TrainData {
  PretrainedLite lite;  // as loaded, f32
  SentenceEncoder sentences;
  std::string vocab;
  StarterInit init;
  TrainSet train;
  TestSet test;                      // undefined tensors where the manifest has none
  std::vector<RowFiles> photo_maps;  // of each view, where the network will be tuned
  std::vector<std::string> sources;
  std::string settings;  // what the data depend on, for checkpoints
};

absl::StatusOr<TrainData> LoadTrainData(const TrainClipOptions& options, TrainControl& control);

// What detail and the test need, anew, by data.lite.trunk as it is after a tuning; `tuning` says
// which, for the cache.
absl::Status LoadTunedFeatures(const std::string& tuning, const TrainClipOptions& options,
                               TrainControl& control, TrainData& data);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TRAIN_DATA_H_
