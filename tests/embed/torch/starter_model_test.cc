#include "embed/torch/starter_model.h"

#include <cmath>
#include <set>

#include "gtest/gtest.h"
#include "tests/embed/torch/starter_support.h"

namespace imago {
namespace {

torch::optim::AdamWOptions& OptionsOf(torch::optim::AdamW& optimiser, size_t group) {
  return static_cast<torch::optim::AdamWOptions&>(optimiser.param_groups()[group].options());
}

TEST(MakeOptimiser, DecaysNewWeightsAndNothingElse) {
  const auto model = TinyModel();
  const auto optimiser = MakeOptimiser(*model, 1e-3);
  std::set<void*> decayed;
  std::set<void*> all;
  for (size_t i = 0; i < optimiser->param_groups().size(); ++i) {
    for (const torch::Tensor& parameter : optimiser->param_groups()[i].params()) {
      all.insert(parameter.unsafeGetTensorImpl());
      if (OptionsOf(*optimiser, i).weight_decay() != 0) {
        EXPECT_EQ(OptionsOf(*optimiser, i).weight_decay(), 0.05);
        decayed.insert(parameter.unsafeGetTensorImpl());
      }
    }
  }
  EXPECT_EQ(decayed, (std::set<void*>{model->head->hidden_weight.unsafeGetTensorImpl(),
                                      model->head->out_weight.unsafeGetTensorImpl()}));
  EXPECT_EQ(all.size(), model->parameters().size());
}

TEST(MakeOptimiser, TeachesWhatIsPretrainedMoreSlowly) {
  const auto model = TinyModel();
  const auto optimiser = MakeOptimiser(*model, 1e-3);
  SetRates(*optimiser, 1e-3, 0.5);
  std::vector<double> rates;
  for (size_t i = 0; i < 5; ++i) rates.push_back(OptionsOf(*optimiser, i).lr());
  const std::vector<double> expected = {5e-4, 5e-4, 1.5e-4, 2.5e-5, 1.5e-3};
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(rates[i], expected[i], 1e-12) << i;
}

TEST(RateFactor, WarmsUpAndFallsToNothing) {
  EXPECT_NEAR(RateFactor(0, 400), 1.0 / 50, 1e-9);
  EXPECT_GT(RateFactor(49, 400), 0.95);
  EXPECT_NEAR(RateFactor(200, 400), 0.5, 1e-9);
  EXPECT_LT(RateFactor(399, 400), 1e-4);
}

TEST(Teacher, StaysAsTheModelWasAtFirst) {
  const auto model = TinyModel();
  const Teacher teacher(*model->head);
  const torch::Tensor features = torch::randn({5, kTinyHead.features});
  const torch::Tensor before = model->head->Estimate(features).detach();
  EXPECT_TRUE(torch::equal(teacher.Estimate(features), before));
  {
    const torch::NoGradGuard no_grad;
    model->head->class_weight.add_(1);
    model->head->class_texts.mul_(torch::randn({kTinyHead.width}));
  }
  EXPECT_TRUE(torch::equal(teacher.Estimate(features), before));
  EXPECT_FALSE(torch::allclose(model->head->Estimate(features), before));
}

TEST(StarterLoss, GivesEveryParameterAGradient) {
  const auto model = TinyModel();
  const Teacher teacher(*model->head);
  const BatchSampler batches(TinySet(), {8, 4, 10, 0.5}, 1);
  StarterLoss(*model, teacher, batches.Draw(0), {}).backward();
  for (const auto& item : model->named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_GT(item.value().grad().abs().sum().item<double>(), 0) << item.key();
  }
}

TEST(StarterLoss, BeginsNearWhatGuessingCosts) {
  const auto model = TinyModel();
  {
    const torch::NoGradGuard no_grad;  // cosines barely count
    const_cast<torch::Tensor&>(model->logit_scale).fill_(std::log(0.01));
  }
  const Teacher teacher(*model->head);
  const BatchSampler batches(TinySet(4, 1), {4, 0, 10, 0}, 1);
  const torch::Tensor loss = StarterLoss(*model, teacher, batches.Draw(0), {15, 0, 0});
  EXPECT_NEAR(loss.item<double>(), std::log(4), 0.02);
}

TEST(FitDetail, TakesTheMainDirectionsAboutTheMean) {
  torch::manual_seed(2);
  const torch::Tensor features = torch::randn({200, kTinyHead.features}) * torch::arange(1, 13) + 3;
  const auto model = TinyModel();
  FitDetail(features, *model->head);
  EXPECT_TRUE(torch::allclose(model->head->detail_mean, features.mean(0)));
  const auto [u, s, vt] = torch::linalg_svd(features - features.mean(0), false);
  const torch::Tensor expected =
      vt.narrow(0, 0, kTinyHead.detail) * s.narrow(0, 0, kTinyHead.detail).pow(-0.25).unsqueeze(1);
  const torch::Tensor found = model->head->detail_weight;
  const torch::Tensor sign = (found * expected).sum(1, true).sign();
  EXPECT_TRUE(torch::allclose(found * sign, expected, 1e-2, 1e-4));
}

}  // namespace
}  // namespace imago
