#include "embed/torch/pair_loss.h"

#include <algorithm>
#include <tuple>

#include "embed/torch/contrastive_loss.h"

namespace imago {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

torch::Tensor WithNegatives(const torch::Tensor& own, const torch::Tensor& more) {
  return more.defined() ? torch::cat({own, more}) : own;
}

torch::Tensor SameKeys(const torch::Tensor& keys, const torch::Tensor& text_keys) {
  return keys.unsqueeze(1) == text_keys.unsqueeze(0);
}

// -log softmax of each row's positives, on average over these and over the rows.
torch::Tensor CrossEntropy(const torch::Tensor& logits, const torch::Tensor& same) {
  const torch::Tensor positives = same.to(logits.scalar_type());
  const torch::Tensor target = positives / positives.sum(1, /*keepdim=*/true);
  return -(target * logits.log_softmax(1)).sum(1).mean();
}

// 1 where picture and text belong together, -1 elsewhere.
torch::Tensor Signs(const torch::Tensor& same, torch::ScalarType type) {
  return 2 * same.to(type) - 1;
}

// The derivative is known in closed form, so that nothing of the forward pass need be kept: of one
// logit l with the sign s it is -s sigmoid(-s l) / n.
class ChunkedSigmoid : public torch::autograd::Function<ChunkedSigmoid> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& pictures,
                               const torch::Tensor& texts, const torch::Tensor& scale,
                               const torch::Tensor& bias,
                               const std::tuple<torch::Tensor, torch::Tensor, int64_t>& how) {
    const auto& [keys, text_keys, chunk] = how;
    const auto n = static_cast<double>(pictures.size(0));
    torch::Tensor loss = torch::zeros({}, pictures.options());
    torch::Tensor for_pictures = torch::zeros_like(pictures);
    torch::Tensor for_texts = torch::empty_like(texts);
    torch::Tensor for_scale = torch::zeros_like(scale);
    torch::Tensor for_bias = torch::zeros_like(bias);
    for (int64_t begin = 0; begin < texts.size(0); begin += chunk) {
      const int64_t end = std::min(begin + chunk, texts.size(0));
      const torch::Tensor some = texts.slice(0, begin, end);
      const torch::Tensor cosines = torch::matmul(pictures, some.t());
      const torch::Tensor signs =
          Signs(SameKeys(keys, text_keys.slice(0, begin, end)), pictures.scalar_type());
      const torch::Tensor wrong = -signs * (scale * cosines + bias);
      loss += torch::softplus(wrong).sum() / n;
      const torch::Tensor slope = -signs * wrong.sigmoid() / n;
      for_pictures += scale * torch::matmul(slope, some);
      for_texts.slice(0, begin, end).copy_(scale * torch::matmul(slope.t(), pictures));
      for_scale += (slope * cosines).sum();
      for_bias += slope.sum();
    }
    context->save_for_backward({for_pictures, for_texts, for_scale, for_bias});
    return loss;
  }

  static variable_list backward(AutogradContext* context, const variable_list& above) {
    variable_list gradients;
    for (const torch::Tensor& own : context->get_saved_variables()) {
      gradients.push_back(above[0] * own);
    }
    gradients.emplace_back();
    return gradients;
  }
};

}  // namespace

torch::Tensor SoftmaxLoss(const PairRows& rows, const torch::Tensor& scale) {
  if (!rows.negatives.defined()) {
    return ContrastiveLoss(rows.pictures, rows.texts, rows.keys, scale);
  }
  const torch::Tensor texts = WithNegatives(rows.texts, rows.negatives);
  const torch::Tensor same = SameKeys(rows.keys, WithNegatives(rows.keys, rows.negative_keys));
  const torch::Tensor logits = scale * torch::matmul(rows.pictures, texts.t());
  const int64_t n = rows.texts.size(0);
  return (CrossEntropy(logits, same) +
          CrossEntropy(logits.narrow(1, 0, n).t(), same.narrow(1, 0, n).t())) /
         2;
}

torch::Tensor TokenLoss(const PairRows& rows, const torch::Tensor& tokens,
                        const torch::Tensor& scale) {
  const torch::Tensor logits = scale * torch::matmul(rows.pictures, tokens.t());
  return -(rows.token_shares * logits.log_softmax(1)).sum(1).mean();
}

torch::Tensor SigmoidLoss(const PairRows& rows, const torch::Tensor& scale,
                          const torch::Tensor& bias) {
  const torch::Tensor texts = WithNegatives(rows.texts, rows.negatives);
  const torch::Tensor same = SameKeys(rows.keys, WithNegatives(rows.keys, rows.negative_keys));
  const torch::Tensor logits = scale * torch::matmul(rows.pictures, texts.t()) + bias;
  const torch::Tensor right = torch::log_sigmoid(Signs(same, logits.scalar_type()) * logits);
  return -right.sum() / rows.pictures.size(0);
}

torch::Tensor ChunkedSigmoidLoss(const PairRows& rows, const torch::Tensor& scale,
                                 const torch::Tensor& bias, int64_t chunk) {
  return ChunkedSigmoid::apply(
      rows.pictures, WithNegatives(rows.texts, rows.negatives), scale, bias,
      std::tuple(rows.keys, WithNegatives(rows.keys, rows.negative_keys), chunk));
}

}  // namespace imago
