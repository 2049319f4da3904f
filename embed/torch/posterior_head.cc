#include "embed/torch/posterior_head.h"

#include <cmath>

namespace imago {
namespace {

constexpr double kInitialTemperature = 2;
constexpr double kInitialGate = 0.6;

torch::Tensor Unit(const torch::Tensor& rows) { return torch::nn::functional::normalize(rows); }

}  // namespace

torch::Tensor PosteriorEstimate(const torch::Tensor& features, const torch::Tensor& class_weight,
                                const torch::Tensor& class_bias,
                                const torch::Tensor& inverse_temperature,
                                const torch::Tensor& class_texts) {
  const torch::Tensor logits = torch::linear(features, class_weight, class_bias);
  return Unit(torch::matmul((logits * inverse_temperature).softmax(-1), class_texts));
}

PosteriorHead::PosteriorHead(const PosteriorHeadShape& shape, TowerInit init) : shape_(shape) {
  const auto add = [this](const char* name, torch::IntArrayRef sizes) {
    return register_parameter(name, torch::empty(sizes));
  };
  class_weight = add("class_weight", {shape.classes, shape.features});
  class_bias = add("class_bias", {shape.classes});
  class_texts = add("class_texts", {shape.classes, shape.width});
  inverse_temperature = add("inverse_temperature", {});
  gate = add("gate", {});
  hidden_weight = add("hidden_weight", {shape.hidden, shape.features});
  hidden_bias = add("hidden_bias", {shape.hidden});
  out_weight = add("out_weight", {shape.width, shape.hidden});
  out_bias = add("out_bias", {shape.width});
  detail_mean = register_buffer("detail_mean", torch::empty({shape.features}));
  detail_weight = register_buffer("detail_weight", torch::empty({shape.detail, shape.features}));
  if (init == TowerInit::kPublished) Initialise();
}

torch::Tensor PosteriorHead::Estimate(const torch::Tensor& features) const {
  return PosteriorEstimate(features, class_weight, class_bias, inverse_temperature, class_texts);
}

torch::Tensor PosteriorHead::Semantic(const torch::Tensor& features,
                                      const torch::Tensor& keep) const {
  torch::Tensor hidden = torch::relu(torch::linear(features, hidden_weight, hidden_bias));
  if (keep.defined()) hidden = hidden * keep;
  const torch::Tensor learned = Unit(torch::linear(hidden, out_weight, out_bias));
  const torch::Tensor mix = torch::sigmoid(gate);
  return Unit(mix * Estimate(features) + (1 - mix) * learned);
}

torch::Tensor PosteriorHead::Detail(const torch::Tensor& central) const {
  return Unit(torch::linear(central - detail_mean, detail_weight));
}

torch::Tensor PosteriorHead::Row(const torch::Tensor& semantic, const torch::Tensor& detail) const {
  const double share = shape_.detail_share;
  return torch::cat({semantic * std::sqrt(1 - share), detail * std::sqrt(share)}, 1);
}

void PosteriorHead::Initialise() {
  const torch::NoGradGuard no_grad;
  inverse_temperature.fill_(1 / kInitialTemperature);
  gate.fill_(std::log(kInitialGate / (1 - kInitialGate)));
  const double in = 1 / std::sqrt(static_cast<double>(shape_.features));
  const double mid = 1 / std::sqrt(static_cast<double>(shape_.hidden));
  hidden_weight.uniform_(-in, in);
  hidden_bias.uniform_(-in, in);
  // At half its size the learned part follows the estimate at first.
  out_weight.uniform_(-mid, mid).mul_(0.5);
  out_bias.uniform_(-mid, mid);
  class_weight.uniform_(-in, in);
  class_bias.zero_();
  class_texts.normal_();
  detail_mean.zero_();
  detail_weight.normal_(0, in);
}

}  // namespace imago
