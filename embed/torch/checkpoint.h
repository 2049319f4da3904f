#ifndef IMAGO_EMBED_TORCH_CHECKPOINT_H_
#define IMAGO_EMBED_TORCH_CHECKPOINT_H_

// The state of a training run in one safetensors file.

#include <memory>
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

// A training run of some steps: what a checkpoint holds, and the part of a step that every run has.
class CheckpointedRun {
 public:
  int64_t steps() const { return steps_; }
  bool done() const { return step() == steps_; }
  // One point for each step so far.
  const std::vector<LossPoint>& history() const { return history_; }

  // Weights, AdamW's moments and the history, written atomically. After Load the steps are, bit for
  // bit on one thread, those that would have followed the Save.
  absl::Status Save(const std::string& path);
  // kFailedPrecondition when the file's settings differ; kDataLoss when it is not a checkpoint. The
  // run is unusable after an error.
  absl::Status Load(const std::string& path);

 protected:
  // At step 0. `settings` are those of the whole run: a checkpoint of others is refused.
  CheckpointedRun(std::shared_ptr<torch::nn::Module> module,
                  std::unique_ptr<torch::optim::AdamW> optimiser, int64_t steps,
                  std::string settings);

  int64_t step() const { return static_cast<int64_t>(history_.size()); }
  torch::optim::AdamW& optimiser() { return *optimiser_; }
  // Of all parameters.
  void SetRate(double rate);
  // One step of the optimiser down the loss.
  void Descend(const torch::Tensor& loss);
  // Adds the step's point to the history, through f32, as a checkpoint keeps it.
  void Record(const torch::Tensor& loss, double rate, double scale);

 private:
  std::shared_ptr<torch::nn::Module> module_;
  std::unique_ptr<torch::optim::AdamW> optimiser_;
  int64_t steps_;
  std::string settings_;
  std::vector<LossPoint> history_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_CHECKPOINT_H_
