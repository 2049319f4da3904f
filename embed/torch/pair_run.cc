#include "embed/torch/pair_run.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "embed/torch/bag_of_tokens.h"
#include "embed/torch/contrastive_loss.h"
#include "embed/torch/starter_model.h"
#include "embed/torch/trained_part.h"
#include "fmt/format.h"

namespace imago {
namespace {

using Parameters = std::vector<torch::Tensor>;

struct Group {
  Parameters parameters;
  double rate = 0;
  double decay = 0;
};

// Matrices decay; gains, biases and scalars do not.
void AddGroups(const torch::nn::Module& module, double rate, double decay,
               std::vector<Group>& groups) {
  Group matrices{{}, rate, decay};
  Group others{{}, rate, 0};
  for (const torch::Tensor& parameter : module.parameters()) {
    if (!parameter.requires_grad()) continue;
    (parameter.dim() >= 2 ? matrices : others).parameters.push_back(parameter);
  }
  for (Group& group : {std::ref(matrices), std::ref(others)}) {
    if (!group.parameters.empty()) groups.push_back(std::move(group));
  }
}

std::vector<Group> GroupsOf(const PairModel& model, const TrainPairOptions& options) {
  std::vector<Group> groups = {{{model.clip->logit_scale}, options.rate, 0}};
  if (model.logit_bias.defined()) groups.front().parameters.push_back(model.logit_bias);
  AddGroups(*model.clip->image, options.image.rate, options.weight_decay, groups);
  AddGroups(*model.clip->text, options.text.rate, options.weight_decay, groups);
  if (model.teacher_map) AddGroups(*model.teacher_map, options.rate, options.weight_decay, groups);
  return groups;
}

std::unique_ptr<torch::optim::AdamW> MakePairOptimiser(const PairModel& model,
                                                       const TrainPairOptions& options) {
  std::vector<torch::optim::OptimizerParamGroup> groups;
  for (const Group& group : GroupsOf(model, options)) {
    auto own = std::make_unique<torch::optim::AdamWOptions>(group.rate);
    own->betas({0.9, 0.98}).weight_decay(group.decay);
    groups.emplace_back(group.parameters, std::move(own));
  }
  return std::make_unique<torch::optim::AdamW>(groups, torch::optim::AdamWOptions(options.rate));
}

absl::Status CheckFinite(const torch::Tensor& loss, int64_t step) {
  const double value = loss.item<double>();
  if (std::isfinite(value)) return absl::OkStatus();
  return absl::AbortedError(
      fmt::format("the loss of step {} is {}: a lower rate, or a longer warm-up", step, value));
}

}  // namespace

double ScheduleFactor(const TrainPairOptions& options, int64_t step) {
  if (step < options.warmup) return static_cast<double>(step + 1) / options.warmup;
  if (options.schedule == RateSchedule::kConstant) return 1;
  const double part = static_cast<double>(step - options.warmup) /
                      static_cast<double>(std::max<int64_t>(1, options.steps - options.warmup));
  if (options.schedule == RateSchedule::kLinear) return 1 - part;
  return (1 + std::cos(std::numbers::pi * part)) / 2;
}

torch::Tensor PairLoss(const PairModel& model, const GatheredBatch& batch,
                       const TrainPairOptions& options) {
  const torch::Tensor scale = ClampedScale(model.clip->logit_scale, options.max_scale);
  torch::Tensor loss;
  if (options.loss == PairLossKind::kSoftmax) {
    loss = SoftmaxLoss(batch.rows, scale);
  } else if (options.loss == PairLossKind::kTokens) {
    loss = TokenLoss(batch.rows, model.clip->text->as<BagOfTokens>()->Rows(), scale);
  } else if (options.chunk == 0) {
    loss = SigmoidLoss(batch.rows, scale, model.logit_bias);
  } else {
    loss = ChunkedSigmoidLoss(batch.rows, scale, model.logit_bias, options.chunk);
  }
  if (!batch.teacher_pictures.defined()) return loss;
  const auto mapped = [&model](const torch::Tensor& rows) {
    return model.teacher_map ? UnitRows(model.teacher_map->Forward(rows)) : rows;
  };
  return loss + options.teacher_weight *
                    (CosineDistance(mapped(batch.rows.pictures), batch.teacher_pictures) +
                     CosineDistance(mapped(batch.rows.texts), batch.teacher_texts));
}

PairRun::PairRun(std::shared_ptr<PairModel> model, PairSource source, const Collective& collective,
                 const TrainPairOptions& options, const std::string& settings)
    : CheckpointedRun(model, MakePairOptimiser(*model, options), options.steps, settings),
      model_(std::move(model)),
      source_(std::move(source)),
      collective_(collective),
      options_(options) {
  for (const Group& group : GroupsOf(*model_, options_)) rates_.push_back(group.rate);
}

PairRun::~PairRun() {
  if (next_.valid()) next_.wait();
}

absl::StatusOr<PairBatch> PairRun::NextBatch() {
  auto batch = next_.valid() && next_step_ == step() ? next_.get() : source_(step());
  next_step_ = step() + 1;
  if (next_step_ < options_.steps) {
    next_ = std::async(std::launch::async, [this, at = next_step_] { return source_(at); });
  }
  return batch;
}

absl::StatusOr<torch::Tensor> PairRun::Differentiate(const PairBatch& batch) {
  BatchRows rows(*model_, batch, options_, collective_);
  const auto gathered = rows.Gather();
  if (!gathered.ok()) return gathered.status();
  const torch::Tensor loss = PairLoss(*model_, *gathered, options_);
  if (auto status = CheckFinite(loss, step()); !status.ok()) return status;
  loss.backward();
  rows.Backward(*gathered);
  return loss;
}

void PairRun::Average() {
  if (!model_->averaged) return;
  const torch::NoGradGuard no_grad;
  const auto t = static_cast<double>(step());
  const double decay = std::min(options_.ema, (1 + t) / (10 + t));
  const auto sources = model_->clip->Weights();
  for (const auto& item : model_->averaged->named_parameters()) {
    item.value().detach().lerp_(sources.at(item.key()), 1 - decay);
  }
  for (const auto& item : model_->averaged->named_buffers()) {
    if (item.value().is_floating_point()) item.value().copy_(sources.at(item.key()));
  }
}

absl::Status PairRun::Step() {
  const auto batch = NextBatch();
  if (!batch.ok()) return batch.status();
  const double factor = ScheduleFactor(options_, step());
  for (size_t i = 0; i < rates_.size(); ++i) {
    static_cast<torch::optim::AdamWOptions&>(optimiser().param_groups()[i].options())
        .lr(rates_[i] * factor);
  }
  SetTrainingModes(*model_->clip);
  optimiser().zero_grad();
  const auto loss = Differentiate(*batch);
  model_->clip->eval();
  if (!loss.ok()) return loss.status();
  const Parameters parameters = model_->parameters();
  if (auto status = AverageGradients(parameters, collective_); !status.ok()) return status;
  if (options_.clip > 0) torch::nn::utils::clip_grad_norm_(parameters, options_.clip);
  optimiser().step();
  Average();
  const double scale = std::exp(model_->clip->logit_scale.item<float>());
  Record(*loss, options_.rate * factor, std::min(scale, options_.max_scale));
  return absl::OkStatus();
}

}  // namespace imago
