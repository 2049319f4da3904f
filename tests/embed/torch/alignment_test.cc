#include "embed/torch/alignment.h"

#include "embed/transport.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

torch::Tensor UnitRows(torch::IntArrayRef sizes) {
  return torch::nn::functional::normalize(torch::randn(sizes),
                                          torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

TEST(PlacesInBoxes, SharesABoxByArea) {
  const torch::Tensor boxes =
      torch::tensor({{0.0, 0.0, 0.5, 0.5}, {0.25, 0.0, 0.75, 1.0}}).view({1, 2, 4});
  const torch::Tensor places = PlacesInBoxes(boxes, 2, 2);
  EXPECT_TRUE(torch::allclose(
      places, torch::tensor({{1.0, 0.0, 0.0, 0.0}, {0.25, 0.25, 0.25, 0.25}}).view({1, 2, 4}), 0,
      0.01));
  EXPECT_TRUE(torch::allclose(places.sum(-1), torch::ones({1, 2})));
}

TEST(PlacesInBoxes, TakesEdgesInEitherOrderAndBoxesWithoutArea) {
  const torch::Tensor boxes =
      torch::tensor({{0.5, 0.5, 0.0, 0.0}, {0.7, 0.2, 0.7, 0.2}}).view({1, 2, 4});
  EXPECT_TRUE(torch::allclose(
      PlacesInBoxes(boxes, 2, 2),
      torch::tensor({{1.0, 0.0, 0.0, 0.0}, {0.0, 1.0, 0.0, 0.0}}).view({1, 2, 4}), 0, 0.01));
}

TEST(AlignmentPlans, LeaveOutWhatIsPadding) {
  torch::manual_seed(5);
  torch::Tensor texts = UnitRows({2, 4, 8});
  const torch::Tensor regions = UnitRows({2, 3, 8});
  const torch::Tensor there = torch::tensor({{true, true, true, true}, {true, false, true, false}});
  const torch::Tensor plans = AlignmentPlans(AlignmentCosts(texts, regions), there);
  for (int64_t picture = 0; picture < 2; ++picture) {
    const double count = there[picture].sum().item<double>();
    const torch::Tensor weights = there[picture].to(torch::kFloat32) / count;
    EXPECT_TRUE(torch::allclose(plans[picture].sum(1), weights, 0, 1e-3)) << picture;
    EXPECT_TRUE(torch::allclose(plans[picture].sum(0), torch::full({3}, 1.0 / 3), 0, 1e-5));
  }
  texts[1][1] = -texts[1][1];
  const torch::Tensor again = AlignmentPlans(AlignmentCosts(texts, regions), there);
  EXPECT_TRUE(torch::equal(again, plans)) << "what padding holds does not count";
}

TEST(AlignmentPlans, AreThoseOfTransport) {
  torch::manual_seed(6);
  const torch::Tensor costs = AlignmentCosts(UnitRows({1, 2, 4}), UnitRows({1, 2, 4}));
  TransportMatrix matrix = {2, 2, {}};
  for (int64_t i = 0; i < 4; ++i) matrix.values.push_back(costs[0][i / 2][i % 2].item<double>());
  const auto expected = PlanTransport(matrix);
  ASSERT_TRUE(expected.ok());
  const torch::Tensor plans = AlignmentPlans(costs, torch::ones({1, 2}, torch::kBool));
  for (int64_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(plans[0][i / 2][i % 2].item<double>(), expected->values[i], 1e-6);
  }
}

TEST(AlignmentLoss, DrawsRegionsToTheirTexts) {
  torch::manual_seed(7);
  const torch::Tensor texts = UnitRows({3, 2, 8});
  torch::Tensor regions = UnitRows({3, 2, 8}).set_requires_grad(true);
  const torch::Tensor there = torch::ones({3, 2}, torch::kBool);
  const torch::Tensor loss = AlignmentLoss(AlignmentCosts(texts, regions), there);
  loss.backward();
  const torch::Tensor moved =
      torch::nn::functional::normalize(regions.detach() - 0.5 * regions.grad(),
                                       torch::nn::functional::NormalizeFuncOptions().dim(-1));
  EXPECT_LT(AlignmentLoss(AlignmentCosts(texts, moved), there).item<double>(),
            loss.item<double>() - 1e-3);
}

TEST(AlignmentPlans, RefuseCostsThatAreNoNumbers) {
  EXPECT_THROW(AlignmentPlans(torch::full({1, 2, 2}, NAN), torch::ones({1, 2}, torch::kBool)),
               c10::Error);
}

}  // namespace
}  // namespace imago
