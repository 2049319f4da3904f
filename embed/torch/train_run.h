#ifndef IMAGO_EMBED_TORCH_TRAIN_RUN_H_
#define IMAGO_EMBED_TORCH_TRAIN_RUN_H_

// The first part of a training: the head over frozen networks.

#include <memory>
#include <string>

#include "embed/torch/checkpoint.h"
#include "embed/torch/starter_model.h"

namespace imago {

struct TrainRunOptions {
  int64_t steps = 400;
  double learning_rate = 1e-3;
  LossOptions loss;
  std::string settings;  // of the whole run: a checkpoint of others is refused
};

class TrainRun : public CheckpointedRun {
 public:
  // At step 0 of `model`, whose teacher is the model as it is now.
  TrainRun(std::shared_ptr<StarterModel> model, const BatchSampler* batches,
           const TrainRunOptions& options);

  // One optimiser step, added to history().
  void Step();
  const StarterModel& model() const { return *model_; }

 private:
  std::shared_ptr<StarterModel> model_;
  const BatchSampler* batches_;
  TrainRunOptions options_;
  Teacher teacher_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TRAIN_RUN_H_
