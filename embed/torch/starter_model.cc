#include "embed/torch/starter_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "embed/torch/contrastive_loss.h"

namespace imago {
namespace {

constexpr double kInitialScale = 14;
constexpr int64_t kWarmUp = 50;
constexpr double kDecay = 0.05;
// Of the five groups, relative to the rate of new layers.
constexpr std::array<double, 5> kRates = {1, 1, 0.3, 0.05, 3};

}  // namespace

torch::Tensor CosineDistance(const torch::Tensor& rows, const torch::Tensor& targets) {
  return (1 - (rows * targets).sum(1)).mean();
}

StarterModel::StarterModel(const PosteriorHeadShape& shape)
    : head(register_module("head", std::make_shared<PosteriorHead>(shape))),
      centre(register_module("centre", std::make_shared<TextCentre>(shape.width))),
      logit_scale(register_parameter("logit_scale",
                                     torch::tensor(static_cast<float>(std::log(kInitialScale))))) {}

std::shared_ptr<StarterModel> MakeStarterModel(const PosteriorHeadShape& shape,
                                               const StarterInit& init, uint64_t seed) {
  torch::manual_seed(seed);
  auto model = std::make_shared<StarterModel>(shape);
  const torch::NoGradGuard no_grad;
  const torch::Tensor mean = init.class_texts.mean(0);
  model->head->class_weight.copy_(init.class_weight);
  model->head->class_bias.copy_(init.class_bias);
  model->head->class_texts.copy_(init.class_texts - mean);
  model->centre->mean.copy_(mean);
  return model;
}

void FitDetail(const torch::Tensor& features, PosteriorHead& head) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor mean = features.mean(0);
  // Singular vectors of the rows are eigenvectors of their (smaller) product.
  const torch::Tensor centred = (features - mean).to(torch::kFloat64);
  const auto [values, vectors] = torch::linalg_eigh(torch::matmul(centred.t(), centred));
  const int64_t detail = head.shape().detail;
  const torch::Tensor largest = values.flip(0).narrow(0, 0, detail).clamp_min(1e-12).sqrt();
  torch::Tensor directions = vectors.flip(1).narrow(1, 0, detail).t();
  // An eigenvector's sign is free: its largest entry is made positive.
  const torch::Tensor peak = directions.gather(1, directions.abs().argmax(1, /*keepdim=*/true));
  directions = directions * peak.sign() * largest.pow(-0.25).unsqueeze(1);
  head.detail_mean.copy_(mean);
  head.detail_weight.copy_(directions);
}

Teacher::Teacher(const PosteriorHead& head)
    : class_weight_(head.class_weight.detach().clone()),
      class_bias_(head.class_bias.detach().clone()),
      inverse_temperature_(head.inverse_temperature.detach().clone()),
      class_texts_(head.class_texts.detach().clone()) {}

torch::Tensor Teacher::Estimate(const torch::Tensor& features) const {
  const torch::NoGradGuard no_grad;
  return PosteriorEstimate(features, class_weight_, class_bias_, inverse_temperature_,
                           class_texts_);
}

torch::Tensor StarterLoss(const StarterModel& model, const Teacher& teacher,
                          const TrainBatch& batch, const LossOptions& options) {
  const torch::Tensor scale = ClampedScale(model.logit_scale, options.max_scale);
  const auto part = [&](const PictureTexts& side, double teach) {
    const torch::Tensor rows = model.head->Semantic(side.features, side.keep);
    const torch::Tensor texts = model.centre->Forward(side.texts);
    return ContrastiveLoss(rows, texts, side.keys, scale) +
           teach * CosineDistance(rows, teacher.Estimate(side.features));
  };
  torch::Tensor loss = part(batch.photos, options.teach_photos);
  if (batch.pairs.features.defined()) loss = loss + part(batch.pairs, options.teach_pairs);
  return loss;
}

std::unique_ptr<torch::optim::AdamW> MakeOptimiser(StarterModel& model, double rate) {
  PosteriorHead& head = *model.head;
  const std::array<std::vector<torch::Tensor>, kRates.size()> groups = {{
      {head.hidden_weight, head.out_weight},
      {head.hidden_bias, head.out_bias},
      {head.class_texts, model.centre->mean},
      {head.class_weight, head.class_bias},
      {model.logit_scale, head.gate, head.inverse_temperature},
  }};
  std::vector<torch::optim::OptimizerParamGroup> param_groups;
  for (size_t i = 0; i < groups.size(); ++i) {
    auto options = std::make_unique<torch::optim::AdamWOptions>(rate * kRates[i]);
    options->betas({0.9, 0.98}).weight_decay(i == 0 ? kDecay : 0);
    param_groups.emplace_back(groups[i], std::move(options));
  }
  return std::make_unique<torch::optim::AdamW>(param_groups, torch::optim::AdamWOptions(rate));
}

double RateFactor(int64_t step, int64_t steps) {
  const double warm = std::min(1.0, static_cast<double>(step + 1) / kWarmUp);
  const double part = static_cast<double>(step) / static_cast<double>(steps);
  return warm * (0.5 + 0.5 * std::cos(std::numbers::pi * part));
}

void SetRates(torch::optim::AdamW& optimiser, double rate, double factor) {
  auto& groups = optimiser.param_groups();
  for (size_t i = 0; i < kRates.size(); ++i) {
    static_cast<torch::optim::AdamWOptions&>(groups[i].options()).lr(rate * kRates[i] * factor);
  }
}

}  // namespace imago
