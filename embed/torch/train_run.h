#ifndef IMAGO_EMBED_TORCH_TRAIN_RUN_H_
#define IMAGO_EMBED_TORCH_TRAIN_RUN_H_

// The state of one training run: what a checkpoint holds.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "embed/loss_chart.h"
#include "embed/torch/starter_model.h"

namespace imago {

struct TrainRunOptions {
  int64_t steps = 400;
  double learning_rate = 1e-3;
  LossOptions loss;
  std::string settings;  // of the whole run: a checkpoint of others is refused
};

class TrainRun {
 public:
  // At step 0 of `model`, whose teacher is the model as it is now.
  TrainRun(std::shared_ptr<StarterModel> model, const BatchSampler* batches,
           const TrainRunOptions& options);

  bool done() const { return static_cast<int64_t>(history_.size()) == options_.steps; }
  // One optimiser step, added to history().
  void Step();
  // One point for each step so far.
  const std::vector<LossPoint>& history() const { return history_; }
  const StarterModel& model() const { return *model_; }

  // Weights, AdamW's moments and the history, written atomically. After Load the steps are, bit for
  // bit on one thread, those that would have followed the Save.
  absl::Status Save(const std::string& path);
  // kFailedPrecondition when the file's settings differ; kDataLoss when it is not a checkpoint. The
  // run is unusable after an error.
  absl::Status Load(const std::string& path);

 private:
  std::shared_ptr<StarterModel> model_;
  const BatchSampler* batches_;
  TrainRunOptions options_;
  Teacher teacher_;
  std::unique_ptr<torch::optim::AdamW> optimiser_;
  std::vector<LossPoint> history_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TRAIN_RUN_H_
