#ifndef IMAGO_EMBED_TORCH_CHECKPOINT_H_
#define IMAGO_EMBED_TORCH_CHECKPOINT_H_

// The state of a training run in one safetensors file.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "embed/loss_chart.h"
#include "torch/torch.h"

namespace imago {

struct Checkpoint {
  std::string settings;            // of the whole run: a checkpoint of others is refused
  std::vector<LossPoint> history;  // one point for each step so far
};

// Weights, AdamW's moments of those that are trained, and the checkpoint, written atomically.
absl::Status SaveCheckpoint(const std::string& path, const Checkpoint& checkpoint,
                            const torch::nn::Module& model, torch::optim::AdamW& optimiser);
// The history. kNotFound without the file; kFailedPrecondition when its settings differ; kDataLoss
// when it is not a checkpoint. Model and optimiser are unusable after other errors than these.
absl::StatusOr<std::vector<LossPoint>> LoadCheckpoint(const std::string& path,
                                                      const std::string& settings,
                                                      torch::nn::Module& model,
                                                      torch::optim::AdamW& optimiser);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_CHECKPOINT_H_
