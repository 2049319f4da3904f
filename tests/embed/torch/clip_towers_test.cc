// CLIP's own towers against open_clip, and what holds of them whatever their weights.

#include <cmath>

#include "embed/torch/clip_model.h"
#include "embed/torch/modified_resnet.h"
#include "embed/torch/text_transformer.h"
#include "embed/torch/vision_transformer.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/published_clip.h"

namespace imago {
namespace {

using testing::HasSubstr;

TowerConfig TinyVit() {
  return {"vit",
          {{"size", 32}, {"patch", 8}, {"width", 64}, {"layers", 2}, {"heads", 2}},
          {{"activation", "gelu"}}};
}

TowerConfig TinyResnet() {
  return {"modified-resnet",
          {{"size", 64},
           {"width", 8},
           {"heads", 4},
           {"blocks1", 1},
           {"blocks2", 2},
           {"blocks3", 1},
           {"blocks4", 1}},
          {}};
}

TowerConfig TinyText() {
  return {"clip-text",
          {{"context", 12}, {"width", 64}, {"layers", 2}, {"heads", 2}},
          {{"activation", "gelu"}}};
}

std::string ImageError(const TowerConfig& config) {
  const auto tower = MakeImageTower(config, 16);
  return tower.ok() ? "" : std::string(tower.status().message());
}

TEST(ImageTowers, GiveOneRowOfTheCommonSpaceForEachPicture) {
  for (const TowerConfig& config : {TinyVit(), TinyResnet()}) {
    const auto tower = MakeImageTower(config, 16);
    ASSERT_TRUE(tower.ok()) << tower.status();
    (*tower)->eval();
    const int64_t size = config.numbers.at("size");
    const torch::Tensor rows = (*tower)->Forward(torch::randn({3, 3, size, size}));
    EXPECT_EQ(rows.sizes().vec(), (std::vector<int64_t>{3, 16})) << config.kind;
    EXPECT_TRUE(torch::isfinite(rows).all().item<bool>()) << config.kind;
  }
}

TEST(ImageTowers, NameAMissingOrImpossibleNumber) {
  TowerConfig config = TinyVit();
  config.numbers.erase("patch");
  EXPECT_THAT(ImageError(config), HasSubstr("\"vit\" has no number \"patch\""));
  config = TinyVit();
  config.numbers["heads"] = 3;
  EXPECT_THAT(ImageError(config), HasSubstr("width is 64, no multiple of heads, 3"));
  config = TinyVit();
  config.numbers["layers"] = 1 << 20;
  EXPECT_THAT(ImageError(config), HasSubstr("layers is 1048576"));
  config = TinyVit();
  config.words["activation"] = "relu";
  EXPECT_THAT(ImageError(config), HasSubstr("activation is \"relu\""));
  config = TinyResnet();
  config.numbers["size"] = 65;
  EXPECT_THAT(ImageError(config), HasSubstr("size is 65, no multiple of 32"));
  EXPECT_THAT(ImageError({"mystery", {}, {}}), HasSubstr("\"mystery\""));
}

TEST(ImageTowers, StartFromTheSameWeightsForTheSameSeed) {
  const auto make = [](uint64_t seed) {
    torch::manual_seed(seed);
    return (*MakeImageTower(TinyVit(), 16))->named_parameters()["proj"].clone();
  };
  EXPECT_TRUE(torch::equal(make(1), make(1)));
  EXPECT_FALSE(torch::equal(make(1), make(2)));
}

TEST(ImageTowers, StartWithThePublishedDeviations) {
  torch::manual_seed(3);
  TowerConfig config = TinyVit();
  config.numbers["width"] = 256;
  const auto parameters = (*MakeImageTower(config, 128))->named_parameters();
  const auto deviation = [&](const char* name) { return parameters[name].std().item<double>(); };
  const double narrow = 1 / 16.0;
  EXPECT_NEAR(deviation("transformer.resblocks.1.attn.in_proj_weight"), narrow, 0.02 * narrow);
  EXPECT_NEAR(deviation("transformer.resblocks.0.mlp.c_proj.weight"), narrow / 2, 0.02 * narrow);
  EXPECT_NEAR(deviation("transformer.resblocks.0.mlp.c_fc.weight"), narrow / std::sqrt(2.0),
              0.02 * narrow);
  EXPECT_NEAR(deviation("proj"), narrow, 0.02 * narrow);
}

TEST(ModifiedResnet, StartsWithBlocksThatPassTheirShortcut) {
  const auto parameters = (*MakeImageTower(TinyResnet(), 16))->named_parameters();
  EXPECT_EQ(parameters["layer2.1.bn3.weight"].abs().max().item<float>(), 0);
  EXPECT_EQ(parameters["layer2.1.bn2.weight"].min().item<float>(), 1);
}

TEST(TextTransformer, IsNotMovedByPadding) {
  const auto tower = *MakeTextTower(TinyText(), 100, 16);
  const torch::Tensor ids = torch::tensor({{5, 9, 7, 99}}, torch::kInt64);
  const torch::Tensor lengths = torch::tensor({4}, torch::kInt64);
  const torch::Tensor padded = torch::constant_pad_nd(ids, {0, 6}, 42);
  const torch::Tensor difference = tower->Forward(ids, lengths) - tower->Forward(padded, lengths);
  EXPECT_LT(difference.abs().max().item<float>(), 1e-5);
}

TEST(TextTransformer, LetsATokenSeeOnlyThoseBeforeIt) {
  const auto tower = *TextTransformer::Make(TinyText(), 100, 16, TowerInit::kPublished);
  const torch::Tensor ids = torch::tensor({{5, 9, 7, 99, 3, 1}}, torch::kInt64);
  torch::Tensor changed = ids.clone();
  changed[0][3] = 50;
  const torch::Tensor moved =
      (tower->Tokens(ids) - tower->Tokens(changed)).abs().amax(-1).squeeze(0);
  EXPECT_LT(moved.slice(0, 0, 3).max().item<float>(), 1e-6);
  EXPECT_GT(moved.slice(0, 3).min().item<float>(), 1e-3);
}

TEST(TextTransformer, NamesAMissingNumber) {
  TowerConfig config = TinyText();
  config.numbers.erase("context");
  EXPECT_THAT(std::string(MakeTextTower(config, 100, 16).status().message()),
              HasSubstr("\"context\""));
  EXPECT_FALSE(MakeTextTower(TinyText(), 0, 16).ok());
  EXPECT_FALSE(MakeTextTower({"mystery", {}, {}}, 100, 16).ok());
}

// Every tensor copied by OpenAI's name.
template <typename Tower>
void Fill(const ClipGolden& golden, const std::string& prefix, Tower& tower) {
  const torch::NoGradGuard no_grad;
  auto parameters = tower.named_parameters();
  for (const TensorToWrite& tensor : OpenAiClip(golden)) {
    if (tensor.name.rfind(prefix, 0) != 0) continue;
    torch::Tensor* parameter = parameters.find(tensor.name.substr(prefix.size()));
    if (parameter == nullptr) continue;
    std::string bytes = tensor.bytes;
    parameter->copy_(torch::from_blob(bytes.data(), tensor.shape, torch::kFloat16));
  }
}

void ExpectNear(const torch::Tensor& actual, const std::vector<float>& expected, double limit) {
  const torch::Tensor flat = actual.flatten().slice(0, 0, expected.size());
  const double difference = (flat - torch::tensor(expected)).abs().max().template item<double>();
  EXPECT_LT(difference, limit);
}

TEST(VisionTransformer, EmbedsPatchesAsOpenClipDoes) {
  const ClipGolden golden = ReadClipGolden("tiny-quick");
  TowerConfig config = TinyVit();
  config.numbers["width"] = golden.width;
  config.numbers["layers"] = golden.layers;
  const auto tower = *VisionTransformer::Make(config, golden.dim, TowerInit::kNone);
  Fill(golden, "visual.", *tower);
  torch::Tensor pixels = torch::empty({1, 3, golden.size, golden.size});
  PreprocessOptions options;
  options.size = golden.size;
  Preprocess(MadeUpPicture(golden.size), options, pixels.data_ptr<float>());
  ExpectNear(tower->Embed(pixels).select(1, -1), golden.before_blocks, 1e-5);
}

TEST(TextTransformer, MakesTheTokensThatOpenClipMakes) {
  const ClipGolden golden = ReadClipGolden("tiny-gelu");
  TowerConfig config = TinyText();
  config.numbers = {{"context", golden.context},
                    {"width", golden.text_width},
                    {"layers", golden.text_layers},
                    {"heads", golden.text_heads}};
  const auto tower = *TextTransformer::Make(config, 49408, golden.dim, TowerInit::kNone);
  Fill(golden, "", *tower);
  const torch::Tensor ids = torch::tensor(golden.ids[0]).unsqueeze(0);
  ExpectNear(tower->Tokens(ids).select(1, 2), golden.last_text_tokens, 1e-5);
}

}  // namespace
}  // namespace imago
