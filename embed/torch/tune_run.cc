#include "embed/torch/tune_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "embed/torch/clip_model.h"
#include "embed/torch/contrastive_loss.h"
#include "embed/torch/posterior_tower.h"

namespace imago {
namespace {

// Labels whose texts are closer than this mean the same and are not told apart.
constexpr double kSameMeaning = 0.92;

// The cross-entropy of each row's label among all labels, mean over the rows.
torch::Tensor LabelLoss(const torch::Tensor& rows, const torch::Tensor& labels,
                        const torch::Tensor& texts, const torch::Tensor& scale) {
  const torch::Tensor own = texts.index_select(0, labels);
  torch::Tensor same = torch::matmul(own.detach(), texts.detach().t()) > kSameMeaning;
  same.scatter_(1, labels.unsqueeze(1), false);
  const torch::Tensor logits = (scale * torch::matmul(rows, texts.t()))
                                   .masked_fill(same, -std::numeric_limits<float>::infinity());
  return torch::nn::functional::cross_entropy(logits, labels);
}

// The squared distance of each map from its target, as a part of the target's square; the mean.
torch::Tensor RelativeError(const torch::Tensor& maps, const torch::Tensor& targets) {
  const torch::Tensor target = targets.to(torch::kFloat32).flatten(1);
  const torch::Tensor error = maps.to(torch::kFloat32).flatten(1) - target;
  return (error.square().sum(1) / target.square().sum(1).clamp_min(1e-6)).mean();
}

}  // namespace

TuneModel::TuneModel(std::shared_ptr<EfficientNetLite> trunk_module,
                     std::shared_ptr<StarterModel> starter_module)
    : trunk(register_module("trunk", std::move(trunk_module))),
      starter(register_module("starter", std::move(starter_module))) {}

std::vector<torch::Tensor> CopyParameters(const torch::nn::Module& module) {
  std::vector<torch::Tensor> copies;
  for (const torch::Tensor& parameter : module.parameters()) {
    copies.push_back(parameter.detach().clone());
  }
  return copies;
}

void MoveTowards(const std::vector<torch::Tensor>& target, double share,
                 torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> parameters = module.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) parameters[i].lerp_(target[i], share);
}

FirstModel::FirstModel(std::shared_ptr<EfficientNetLite> trunk, size_t from_block,
                       const PosteriorHead& head)
    : trunk_(std::move(trunk)),
      from_block_(from_block),
      head_(std::make_shared<PosteriorHead>(head.shape())) {
  const torch::NoGradGuard no_grad;
  const auto weights = WeightsByName(head);
  for (auto& [name, target] : WeightsByName(*head_)) target.copy_(weights.at(name));
}

torch::Tensor FirstModel::Places(const torch::Tensor& maps) const {
  const torch::NoGradGuard no_grad;
  return trunk_->PlacesFrom(maps, from_block_);
}

torch::Tensor FirstModel::Semantic(const torch::Tensor& features) const {
  const torch::NoGradGuard no_grad;
  return head_->Semantic(features);
}

torch::Tensor TuneLoss(const StarterModel& model, const FirstModel& first, const TuneBatch& batch,
                       const TuneRows& rows, const TuneOptions& options) {
  const torch::Tensor scale = ClampedScale(model.logit_scale, options.max_scale);
  const torch::Tensor features = MeanFeatures(rows.places);
  const int64_t labelled = batch.labels.size(0);
  const torch::Tensor pictures =
      model.head->Semantic(features.narrow(0, batch.collages, labelled), batch.keep);
  const torch::Tensor texts = model.centre->Forward(rows.texts);
  const torch::Tensor loss =
      LabelLoss(pictures, batch.labels, texts, scale) +
      ContrastiveLoss(pictures, texts.index_select(0, batch.labels), batch.labels, scale);
  const int64_t taught = rows.first.size(0);
  const torch::Tensor kept = model.head->Semantic(features.narrow(0, 0, taught));
  return loss +
         options.teach_rows * CosineDistance(kept, first.Semantic(MeanFeatures(rows.first))) +
         options.teach_maps * RelativeError(rows.places.narrow(0, 0, taught), rows.first);
}

TuneRun::TuneRun(const std::shared_ptr<TuneModel>& model, const FirstModel& first,
                 const TuneSampler* batches, const TuneOptions& options)
    : CheckpointedRun(model, MakeOptimiser(*model->starter, options.head_rate), options.steps,
                      options.settings),
      model_(model),
      first_(first),
      batches_(batches),
      options_(options) {
  for (const torch::Tensor& parameter : model->trunk->parameters()) {
    parameter.set_requires_grad(false);
  }
  const std::vector<torch::Tensor> tuned = model->trunk->ParametersFrom(options_.from_block);
  for (const torch::Tensor& parameter : tuned) parameter.set_requires_grad(true);
  if (options.bfloat16) model->trunk->TrainInBfloat16(options.from_block);
  auto group = std::make_unique<torch::optim::AdamWOptions>(options.trunk_rate);
  group->betas({0.9, 0.98}).weight_decay(0);
  optimiser().add_param_group({tuned, std::move(group)});
}

TuneBatch TuneRun::NextBatch(int64_t step) {
  TuneBatch batch = next_.valid() && next_step_ == step ? next_.get() : batches_->Draw(step);
  next_step_ = step + 1;
  if (next_step_ < options_.steps) {
    next_ = std::async(std::launch::async,
                       [batches = batches_, step] { return batches->Draw(step + 1); });
  }
  return batch;
}

void TuneRun::Step() {
  const TuneBatch batch = NextBatch(step());
  const double factor = RateFactor(step(), options_.steps);
  SetRates(optimiser(), options_.head_rate, factor);
  static_cast<torch::optim::AdamWOptions&>(optimiser().param_groups().back().options())
      .lr(options_.trunk_rate * factor);
  const torch::Tensor maps = batch.maps.to(options_.bfloat16 ? torch::kBFloat16 : torch::kFloat32);
  TuneRows rows;
  rows.places = model_->trunk->PlacesFrom(maps, options_.from_block);
  rows.first = first_.Places(maps.narrow(0, 0, batch.collages + batch.photos));
  rows.texts = batches_->set().label_texts.select(1, batch.text);
  const torch::Tensor loss = TuneLoss(*model_->starter, first_, batch, rows, options_);
  Descend(loss);
  const double scale = std::exp(model_->starter->logit_scale.item<float>());
  Record(loss, options_.trunk_rate * factor, std::min(scale, options_.max_scale));
}

}  // namespace imago
