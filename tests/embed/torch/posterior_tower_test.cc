#include "embed/torch/posterior_tower.h"

#include <cmath>

#include "embed/torch/centred_bert.h"
#include "embed/torch/clip_model.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/starter_support.h"

namespace imago {
namespace {

using testing::HasSubstr;

std::vector<double> Unit(std::vector<double> values) {
  double sum = 0;
  for (const double v : values) sum += v * v;
  for (double& v : values) v /= std::sqrt(sum);
  return values;
}

std::vector<double> Affine(const torch::Tensor& weight, const torch::Tensor& bias,
                           const std::vector<double>& x) {
  std::vector<double> y;
  for (int64_t r = 0; r < weight.size(0); ++r) {
    double sum = bias.defined() ? bias[r].item<double>() : 0;
    for (size_t c = 0; c < x.size(); ++c) sum += weight[r][c].item<double>() * x[c];
    y.push_back(sum);
  }
  return y;
}

// The header's formulas, one number at a time.
std::vector<double> Formula(const PosteriorHead& head, const std::vector<double>& f,
                            const std::vector<double>& c) {
  std::vector<double> logits = Affine(head.class_weight, head.class_bias, f);
  double sum = 0;
  for (double& l : logits) sum += l = std::exp(l * head.inverse_temperature.item<double>());
  std::vector<double> estimate(head.shape().width, 0);
  for (size_t c = 0; c < logits.size(); ++c) {
    for (size_t i = 0; i < estimate.size(); ++i) {
      estimate[i] += logits[c] / sum * head.class_texts[c][i].item<double>();
    }
  }
  estimate = Unit(estimate);
  std::vector<double> hidden = Affine(head.hidden_weight, head.hidden_bias, f);
  for (double& h : hidden) h = std::max(h, 0.0);
  const std::vector<double> learned = Unit(Affine(head.out_weight, head.out_bias, hidden));
  const double a = 1 / (1 + std::exp(-head.gate.item<double>()));
  std::vector<double> semantic;
  for (size_t i = 0; i < estimate.size(); ++i) {
    semantic.push_back(a * estimate[i] + (1 - a) * learned[i]);
  }
  std::vector<double> centred;
  for (size_t i = 0; i < c.size(); ++i) {
    centred.push_back(c[i] - head.detail_mean[i].item<double>());
  }
  std::vector<double> row;
  for (const double v : Unit(semantic)) row.push_back(std::sqrt(1 - head.shape().detail_share) * v);
  for (const double v : Unit(Affine(head.detail_weight, {}, centred))) {
    row.push_back(std::sqrt(head.shape().detail_share) * v);
  }
  return row;
}

TEST(PosteriorHead, EqualsItsFormula) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  PosteriorHeadShape shape = kTinyHead;
  shape.detail_share = 0.7;
  PosteriorHead head(shape);
  head.class_bias.normal_();
  head.detail_mean.normal_();
  const torch::Tensor features = torch::rand({3, shape.features});
  const torch::Tensor central = torch::rand({3, shape.features});
  const torch::Tensor rows = head.Row(head.Semantic(features), head.Detail(central));
  for (int64_t n = 0; n < 3; ++n) {
    std::vector<double> f;
    std::vector<double> c;
    for (int64_t i = 0; i < shape.features; ++i) {
      f.push_back(features[n][i].item<double>());
      c.push_back(central[n][i].item<double>());
    }
    const std::vector<double> expected = Formula(head, f, c);
    ASSERT_EQ(rows.size(1), static_cast<int64_t>(expected.size()));
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(rows[n][i].item<double>(), expected[i], 1e-5) << i;
    }
  }
}

TEST(CentralFeatures, AreAMeanThatFavoursTheCentre) {
  const torch::Tensor even = torch::full({1, 2, 7, 7}, 3.0f);
  EXPECT_TRUE(torch::allclose(CentralFeatures(even), MeanFeatures(even)));
  torch::Tensor middle = torch::zeros({1, 1, 7, 7});
  middle[0][0][3][3] = 1;
  torch::Tensor corner = torch::zeros({1, 1, 7, 7});
  corner[0][0][0][0] = 1;
  EXPECT_GT(CentralFeatures(middle).item<float>(), MeanFeatures(middle).item<float>());
  // exp(-(3^2 + 3^2) / (2 * 2.5^2)), three places away in both directions at a side of seven.
  EXPECT_NEAR((CentralFeatures(corner) / CentralFeatures(middle)).item<double>(),
              std::exp(-18 / 12.5), 1e-5);
}

BundleConfig Config(const std::string& kind = "efficientnet-lite0-posterior") {
  BundleConfig config;
  config.dim = 20;
  config.image_tower = {
      kind,
      {{"size", 32}, {"hidden", 6}, {"detail", 4}, {"detail_percent", 70}, {"classes", 9}},
      {}};
  config.text_tower = {
      "bert-centred", {{"width", 16}, {"layers", 1}, {"heads", 2}, {"positions", 8}}, {}};
  return config;
}

TEST(PosteriorTower, BelongsToABundleWithCentredBert) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  const auto model = ClipModel::Make(Config(), 30);
  ASSERT_TRUE(model.ok()) << model.status();
  const torch::Tensor pictures = (*model)->EncodeImages(torch::randn({2, 3, 32, 32}));
  const torch::Tensor texts =
      (*model)->EncodeTexts(torch::tensor({2, 5, 3, 2, 3, 0}, torch::kInt64).view({2, 3}),
                            torch::tensor({3, 2}, torch::kInt64));
  EXPECT_EQ(pictures.sizes().vec(), (std::vector<int64_t>{2, 20}));
  EXPECT_EQ(texts.sizes().vec(), (std::vector<int64_t>{2, 20}));
  EXPECT_EQ(texts.narrow(1, 16, 4).abs().sum().item<double>(), 0) << "no detail in texts";
  const torch::Tensor detail = pictures.narrow(1, 16, 4).square().sum(1);
  EXPECT_TRUE(torch::allclose(detail, torch::full({2}, 0.7), 1e-4));
  EXPECT_NEAR((*model)->image->TextShare(), std::sqrt(0.3), 1e-9);
}

TEST(PosteriorTower, HasNoBatchNorms) {
  const auto model = ClipModel::Make(Config(), 30, TowerInit::kNone);
  ASSERT_TRUE(model.ok());
  for (const auto& [name, weight] : (*model)->Weights()) {
    EXPECT_EQ(name.find("running_"), std::string::npos) << name;
  }
  EXPECT_EQ((*model)->Weights().count("image.trunk.blocks.3.depthwise_conv.bias"), 1u);
}

TEST(PosteriorTower, KeepsItsBeginningAndItsHeadInFloat32) {
  const auto model = ClipModel::Make(Config(), 30);
  ASSERT_TRUE(model.ok());
  UseBfloat16(**model);
  for (const auto& [name, weight] : (*model)->Weights()) {
    // Of Lite0, the first three stages are the first five blocks.
    const size_t block = name.find("blocks.");
    const bool early = name.find("conv_stem") != std::string::npos ||
                       (block != std::string::npos && std::stoi(name.substr(block + 7)) < 5);
    const bool full = early || name.find(".head.") != std::string::npos ||
                      name.find("centre") != std::string::npos ||
                      name.find("LayerNorm") != std::string::npos;
    if (name == "logit_scale") continue;
    EXPECT_EQ(weight.scalar_type(), full ? torch::kFloat32 : torch::kBFloat16) << name;
  }
}

TEST(PosteriorTower, RefusesNumbersThatCannotBe) {
  const auto error = [](const std::string& key, int64_t value) {
    BundleConfig config = Config();
    config.image_tower.numbers[key] = value;
    return std::string(ClipModel::Make(config, 30).status().message());
  };
  EXPECT_THAT(error("detail", 20), HasSubstr("detail is 20"));
  EXPECT_THAT(error("detail_percent", 100), HasSubstr("detail_percent is 100"));
  EXPECT_THAT(error("hidden", 0), HasSubstr("hidden is 0"));
  EXPECT_EQ(error("detail_percent", 0), "");
  const auto kind = ClipModel::Make(Config("efficientnet-lite9-posterior"), 30);
  EXPECT_THAT(std::string(kind.status().message()), HasSubstr("efficientnet-lite9"));
}

TEST(CentredBert, RefusesToBeWiderThanTheBundle) {
  BundleConfig config = Config();
  config.text_tower.numbers["width"] = 32;
  const auto model = ClipModel::Make(config, 30);
  EXPECT_THAT(std::string(model.status().message()), HasSubstr("width is 32"));
}

TEST(TextCentre, SubtractsTheMeanFromUnitRows) {
  const torch::NoGradGuard no_grad;
  TextCentre centre(2);
  centre.mean.copy_(torch::tensor({0.6f, 0.0f}));
  const torch::Tensor row = centre.Forward(torch::tensor({3.0f, 4.0f}).unsqueeze(0));
  EXPECT_TRUE(torch::allclose(row, torch::tensor({0.0f, 1.0f}).unsqueeze(0), 1e-5, 1e-6));
}

}  // namespace
}  // namespace imago
