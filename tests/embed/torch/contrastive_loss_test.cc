#include "embed/torch/contrastive_loss.h"

#include <cmath>

#include "gtest/gtest.h"

namespace imago {
namespace {

torch::Tensor UnitRows(int64_t n, int64_t dim) {
  return torch::nn::functional::normalize(torch::randn({n, dim}));
}

// -mean over rows of the sum over positives of log softmax / number of positives, with loops.
double OneWay(const torch::Tensor& logits, const std::vector<int64_t>& keys) {
  double loss = 0;
  const size_t n = keys.size();
  for (size_t i = 0; i < n; ++i) {
    double sum = 0;
    double positive = 0;
    double count = 0;
    for (size_t j = 0; j < n; ++j) sum += std::exp(logits[i][j].item<double>());
    for (size_t j = 0; j < n; ++j) {
      if (keys[i] != keys[j]) continue;
      positive += logits[i][j].item<double>() - std::log(sum);
      ++count;
    }
    loss -= positive / count;
  }
  return loss / static_cast<double>(n);
}

TEST(ContrastiveLoss, EqualsTheFormulaWithSeveralPositives) {
  torch::manual_seed(3);
  const std::vector<int64_t> keys = {4, 7, 4, 1, 4, 7};
  const torch::Tensor pictures = UnitRows(6, 5);
  const torch::Tensor texts = UnitRows(6, 5);
  const torch::Tensor logits = (10 * torch::matmul(pictures, texts.t())).to(torch::kFloat64);
  const double expected = (OneWay(logits, keys) + OneWay(logits.t(), keys)) / 2;
  const torch::Tensor loss =
      ContrastiveLoss(pictures, texts, torch::tensor(keys, torch::kInt64), torch::tensor(10.0f));
  EXPECT_NEAR(loss.item<double>(), expected, 1e-5);
}

TEST(ContrastiveLoss, IsCrossEntropyWhenAllKeysDiffer) {
  torch::manual_seed(4);
  const torch::Tensor pictures = UnitRows(8, 6);
  const torch::Tensor texts = UnitRows(8, 6);
  const torch::Tensor logits = 14 * torch::matmul(pictures, texts.t());
  const torch::Tensor own = torch::arange(8);
  const torch::Tensor expected =
      (torch::nn::functional::cross_entropy(logits, own) +
       torch::nn::functional::cross_entropy(logits.t().contiguous(), own)) /
      2;
  const torch::Tensor loss = ContrastiveLoss(pictures, texts, own * 3, torch::tensor(14.0f));
  EXPECT_NEAR(loss.item<double>(), expected.item<double>(), 1e-5);
}

TEST(ContrastiveLoss, StartsAtTheLogarithmOfTheBatchForRowsThatSayNothing) {
  const torch::Tensor same = torch::nn::functional::normalize(torch::ones({32, 4}));
  const torch::Tensor loss = ContrastiveLoss(same, same, torch::arange(32), torch::tensor(14.0f));
  EXPECT_NEAR(loss.item<double>(), std::log(32), 1e-4);
}

// d loss / d log scale by differences.
double Slope(const torch::Tensor& pictures, const torch::Tensor& texts, double log_scale,
             double max) {
  const auto at = [&](double value) {
    return ContrastiveLoss(pictures, texts, torch::arange(pictures.size(0)),
                           ClampedScale(torch::tensor(value, torch::kFloat64), max))
        .item<double>();
  };
  constexpr double kStep = 1e-5;
  return (at(log_scale + kStep) - at(log_scale - kStep)) / (2 * kStep);
}

TEST(ClampedScale, PassesTheGradientBelowItsLimitOnly) {
  torch::manual_seed(5);
  const torch::Tensor pictures = UnitRows(6, 5).to(torch::kFloat64);
  const torch::Tensor texts = UnitRows(6, 5).to(torch::kFloat64);
  for (const double scale : {3.0, 14.0, 16.0}) {
    const torch::Tensor log_scale =
        torch::tensor(std::log(scale), torch::kFloat64).requires_grad_();
    const torch::Tensor used = ClampedScale(log_scale, 15);
    EXPECT_NEAR(used.item<double>(), std::min(scale, 15.0), 1e-9);
    ContrastiveLoss(pictures, texts, torch::arange(6), used).backward();
    const double gradient = log_scale.grad().item<double>();
    EXPECT_NEAR(gradient, Slope(pictures, texts, std::log(scale), 15), 1e-6);
    EXPECT_EQ(gradient == 0, scale > 15) << scale;
  }
}

}  // namespace
}  // namespace imago
