#include "embed/torch/train_run.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace imago {

TrainRun::TrainRun(std::shared_ptr<StarterModel> model, const BatchSampler* batches,
                   const TrainRunOptions& options)
    : CheckpointedRun(model, MakeOptimiser(*model, options.learning_rate), options.steps,
                      options.settings),
      model_(std::move(model)),
      batches_(batches),
      options_(options),
      teacher_(*model_->head) {}

void TrainRun::Step() {
  const double factor = RateFactor(step(), options_.steps);
  SetRates(optimiser(), options_.learning_rate, factor);
  const torch::Tensor loss = StarterLoss(*model_, teacher_, batches_->Draw(step()), options_.loss);
  Descend(loss);
  const double scale = std::exp(model_->logit_scale.item<float>());
  Record(loss, options_.learning_rate * factor, std::min(scale, options_.loss.max_scale));
}

}  // namespace imago
