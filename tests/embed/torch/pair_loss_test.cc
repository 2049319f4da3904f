#include "embed/torch/pair_loss.h"

#include <cmath>

#include "embed/torch/contrastive_loss.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

torch::Tensor UnitRows(int64_t n, int64_t dim, torch::ScalarType type) {
  return torch::nn::functional::normalize(torch::randn({n, dim}, type));
}

// Seven pictures, two of them of one key, and three negatives, of which the last is the second
// picture's text.
PairRows SomeRows(torch::ScalarType type = torch::kFloat64) {
  torch::manual_seed(3);
  PairRows rows;
  rows.pictures = UnitRows(7, 5, type);
  rows.texts = UnitRows(7, 5, type);
  rows.keys = torch::tensor({4, 7, 1, 9, 4, 2, 3}, torch::kInt64);
  rows.negatives = UnitRows(3, 5, type);
  rows.negative_keys = torch::tensor({11, 12, 7}, torch::kInt64);
  return rows;
}

double Number(const torch::Tensor& value) { return value.item<double>(); }

torch::Tensor Scalar(double value) { return torch::tensor(value, torch::kFloat64); }

TEST(SoftmaxLoss, IsTheContrastiveLossWithoutNegatives) {
  PairRows rows = SomeRows();
  rows.negatives = rows.negative_keys = torch::Tensor();
  EXPECT_EQ(Number(SoftmaxLoss(rows, Scalar(10))),
            Number(ContrastiveLoss(rows.pictures, rows.texts, rows.keys, Scalar(10))));
}

TEST(SoftmaxLoss, CountsNegativesForPicturesOnly) {
  const PairRows rows = SomeRows();
  const torch::Tensor texts = torch::cat({rows.texts, rows.negatives});
  const torch::Tensor keys = torch::cat({rows.keys, rows.negative_keys});
  double loss = 0;
  for (int64_t i = 0; i < 7; ++i) {
    double all = 0;
    double right = 0;
    double count = 0;
    for (int64_t j = 0; j < 10; ++j) {
      const double logit = 8 * Number(rows.pictures[i].dot(texts[j]));
      all += std::exp(logit);
      if (Number(keys[j]) != Number(rows.keys[i])) continue;
      right += logit;
      ++count;
    }
    loss += (std::log(all) - right / count) / 14;
    all = right = count = 0;
    for (int64_t j = 0; j < 7; ++j) {
      const double logit = 8 * Number(rows.texts[i].dot(rows.pictures[j]));
      all += std::exp(logit);
      if (Number(rows.keys[j]) != Number(rows.keys[i])) continue;
      right += logit;
      ++count;
    }
    loss += (std::log(all) - right / count) / 14;
  }
  EXPECT_NEAR(Number(SoftmaxLoss(rows, Scalar(8))), loss, 1e-9);
}

TEST(SoftmaxLoss, StartsAtTheLogarithmsForRowsThatSayNothing) {
  PairRows rows;
  rows.pictures = rows.texts = torch::nn::functional::normalize(torch::ones({32, 4}));
  rows.keys = torch::arange(32);
  rows.negatives = rows.texts.narrow(0, 0, 8);
  rows.negative_keys = torch::arange(100, 108);
  EXPECT_NEAR(Number(SoftmaxLoss(rows, torch::tensor(14.0f))), (std::log(40) + std::log(32)) / 2,
              1e-4);
}

TEST(TokenLoss, AsksEachPictureForTheTokensOfItsText) {
  PairRows rows = SomeRows();
  rows.pictures = rows.pictures.narrow(0, 0, 2);
  rows.token_shares = torch::tensor({{0.5, 0.5, 0.0}, {0.0, 0.25, 0.75}}, torch::kFloat64);
  const torch::Tensor tokens = UnitRows(3, 5, torch::kFloat64);
  double loss = 0;
  for (int64_t i = 0; i < 2; ++i) {
    double all = 0;
    double right = 0;
    for (int64_t t = 0; t < 3; ++t) {
      const double logit = 8 * Number(rows.pictures[i].dot(tokens[t]));
      all += std::exp(logit);
      right += Number(rows.token_shares[i][t]) * logit;
    }
    loss += (std::log(all) - right) / 2;
  }
  EXPECT_NEAR(Number(TokenLoss(rows, tokens, Scalar(8))), loss, 1e-9);
}

TEST(SigmoidLoss, AsksEachPictureAboutEachText) {
  const PairRows rows = SomeRows();
  const torch::Tensor texts = torch::cat({rows.texts, rows.negatives});
  const torch::Tensor keys = torch::cat({rows.keys, rows.negative_keys});
  double loss = 0;
  for (int64_t i = 0; i < 7; ++i) {
    for (int64_t j = 0; j < 10; ++j) {
      const double sign = Number(keys[j]) == Number(rows.keys[i]) ? 1 : -1;
      loss += std::log1p(std::exp(-sign * (6 * Number(rows.pictures[i].dot(texts[j])) - 3))) / 7;
    }
  }
  EXPECT_NEAR(Number(SigmoidLoss(rows, Scalar(6), Scalar(-3))), loss, 1e-9);
}

// Leaves with gradients.
struct Inputs {
  explicit Inputs(torch::ScalarType type) : rows(SomeRows(type)) {
    for (torch::Tensor* value : All()) value->requires_grad_();
  }
  std::vector<torch::Tensor*> All() {
    return {&rows.pictures, &rows.texts, &rows.negatives, &log_scale, &bias};
  }

  PairRows rows;
  torch::Tensor log_scale = torch::tensor(std::log(6.0), rows.pictures.options());
  torch::Tensor bias = torch::tensor(-3.0, rows.pictures.options());
};

TEST(ChunkedSigmoidLoss, EqualsTheWholeInLossAndGradients) {
  for (const int64_t chunk : {1, 3, 4, 10, 100}) {
    Inputs whole(torch::kFloat32);
    Inputs chunked(torch::kFloat32);
    const torch::Tensor one = SigmoidLoss(whole.rows, whole.log_scale.exp(), whole.bias);
    const torch::Tensor other =
        ChunkedSigmoidLoss(chunked.rows, chunked.log_scale.exp(), chunked.bias, chunk);
    EXPECT_NEAR(Number(one), Number(other), 1e-6 * Number(one)) << chunk;
    (2 * one).backward();
    (2 * other).backward();
    for (size_t i = 0; i < whole.All().size(); ++i) {
      const torch::Tensor difference = whole.All()[i]->grad() - chunked.All()[i]->grad();
      EXPECT_LT(Number(difference.abs().max()), 1e-6) << chunk << " input " << i;
    }
  }
}

using Loss = torch::Tensor (*)(const Inputs&);
torch::Tensor Softmax(const Inputs& in) { return SoftmaxLoss(in.rows, in.log_scale.exp()); }
torch::Tensor Sigmoid(const Inputs& in) {
  return SigmoidLoss(in.rows, in.log_scale.exp(), in.bias);
}
torch::Tensor Chunked(const Inputs& in) {
  return ChunkedSigmoidLoss(in.rows, in.log_scale.exp(), in.bias, 3);
}

class PairLossGradients : public testing::TestWithParam<Loss> {};
INSTANTIATE_TEST_SUITE_P(All, PairLossGradients, testing::Values(Softmax, Sigmoid, Chunked));

TEST_P(PairLossGradients, AreTheDifferencesOfTheLoss) {
  constexpr double kStep = 1e-6;
  Inputs in(torch::kFloat64);
  GetParam()(in).backward();
  for (torch::Tensor* input : in.All()) {
    if (!input->grad().defined()) continue;  // softmax has no bias
    const torch::Tensor gradient = input->grad().flatten();
    torch::Tensor values = input->detach().view({-1});
    for (int64_t i = 0; i < values.numel(); ++i) {
      const double before = Number(values[i]);
      values[i] = before + kStep;
      const double above = Number(GetParam()(in));
      values[i] = before - kStep;
      const double below = Number(GetParam()(in));
      values[i] = before;
      EXPECT_NEAR(Number(gradient[i]), (above - below) / (2 * kStep), 1e-7);
    }
  }
}

}  // namespace
}  // namespace imago
