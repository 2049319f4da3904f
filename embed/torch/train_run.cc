#include "embed/torch/train_run.h"

#include <cmath>

#include "embed/torch/checkpoint.h"

namespace imago {

TrainRun::TrainRun(std::shared_ptr<StarterModel> model, const BatchSampler* batches,
                   const TrainRunOptions& options)
    : model_(std::move(model)),
      batches_(batches),
      options_(options),
      teacher_(*model_->head),
      optimiser_(MakeOptimiser(*model_, options.learning_rate)) {}

void TrainRun::Step() {
  const auto step = static_cast<int64_t>(history_.size());
  const double factor = RateFactor(step, options_.steps);
  SetRates(*optimiser_, options_.learning_rate, factor);
  optimiser_->zero_grad();
  const torch::Tensor loss = StarterLoss(*model_, teacher_, batches_->Draw(step), options_.loss);
  loss.backward();
  optimiser_->step();
  const double scale = std::exp(model_->logit_scale.item<float>());
  // Through f32, as a checkpoint keeps it.
  const auto rate = static_cast<float>(options_.learning_rate * factor);
  history_.push_back({step, loss.item<float>(), rate,
                      static_cast<float>(std::min(scale, options_.loss.max_scale))});
}

absl::Status TrainRun::Save(const std::string& path) {
  return SaveCheckpoint(path, {options_.settings, history_}, *model_, *optimiser_);
}

absl::Status TrainRun::Load(const std::string& path) {
  auto history = LoadCheckpoint(path, options_.settings, *model_, *optimiser_);
  if (!history.ok()) return history.status();
  history_ = *std::move(history);
  return absl::OkStatus();
}

}  // namespace imago
