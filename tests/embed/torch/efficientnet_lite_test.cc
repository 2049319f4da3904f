#include "embed/torch/efficientnet_lite.h"

#include "embed/torch/clip_model.h"
#include "tests/embed/torch/pretrained_support.h"

namespace imago {
namespace {

using torch::indexing::None;
using torch::indexing::Slice;

torch::Tensor BlocksPicture(uint32_t seed, int64_t n, int64_t size, int64_t block) {
  const int64_t side = (size + block - 1) / block;
  std::vector<float> noise = Noise(seed, n * 3 * side * side);
  const torch::Tensor coarse = torch::from_blob(noise.data(), {n, 3, side, side}) * 2 - 1;
  return coarse.repeat_interleave(block, 2)
      .repeat_interleave(block, 3)
      .index({Slice(), Slice(), Slice(None, size), Slice(None, size)})
      .contiguous();
}

EfficientNetLiteOptions TinyOptions() {
  EfficientNetLiteOptions options;
  options.stages = {{1, 3, 1, 1, 16}, {2, 5, 2, 6, 24}, {1, 3, 2, 2, 8}};
  options.classes = 10;
  return options;
}

std::shared_ptr<EfficientNetLite> TinyNet() {
  auto net = std::make_shared<EfficientNetLite>(TinyOptions(), TowerInit::kNone);
  FillWithNoise(*net);
  net->eval();
  return net;
}

void ExpectGolden(EfficientNetLite& net, const nlohmann::json& golden, const torch::Tensor& pixels,
                  int64_t step) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor features = net.Features(pixels);
  const auto every = [step](const torch::Tensor& x) {
    return x.index({Slice(), Slice(None, None, step)});
  };
  EXPECT_LT(LargestDifference(every(features), golden["features"]), 1e-4);
  EXPECT_LT(LargestDifference(every(net.Logits(features)), golden["logits"]), 1e-4);
}

TEST(EfficientNetLite, EqualsThePublishedModuleOnTinyRandomWeights) {
  for (const auto& golden : PretrainedGoldens()["tiny_lite"]) {
    const int64_t size = golden["size"];
    const auto net = TinyNet();
    ExpectGolden(*net, golden, BlocksPicture(3, 2, size, 5), 1);
    net->FoldBatchNorm();
    ExpectGolden(*net, golden, BlocksPicture(3, 2, size, 5), 1);
  }
}

TEST(EfficientNetLite, IsItsTwoHalvesWhereverItIsCut) {
  const torch::NoGradGuard no_grad;
  const auto net = TinyNet();
  const torch::Tensor pixels = BlocksPicture(3, 2, 40, 5);
  const torch::Tensor whole = net->Places(pixels);
  for (size_t block = 0; block <= net->blocks(); ++block) {
    EXPECT_TRUE(torch::equal(net->PlacesFrom(net->PlacesBefore(pixels, block), block), whole))
        << block;
  }
  EXPECT_EQ(net->blocks(), 4u);
  EXPECT_GT(net->ParametersFrom(2).size(), net->ParametersFrom(3).size());
}

TEST(EfficientNetLite, EqualsThePublishedModuleOnPublishedWeights) {
  for (const auto& golden : PretrainedGoldens()["lite"]) {
    const std::string name = golden["name"];
    const std::string path = PretrainedFile(name + ".safetensors");
    if (path.empty()) GTEST_SKIP() << "needs tools/convert_pretrained.py: " << name;
    EfficientNetLite net(*EfficientNetLiteVariant(name), TowerInit::kNone);
    LoadAll(net, path);
    net.eval();
    const torch::Tensor pixels = BlocksPicture(7 + name.back() - '0', 2, golden["size"], 16);
    ExpectGolden(net, golden, pixels, 16);
    net.FoldBatchNorm();
    ExpectGolden(net, golden, pixels, 16);
  }
}

TEST(EfficientNetLite, HasThePublishedNumbersOfParameters) {
  const std::pair<const char*, int64_t> cases[] = {{"efficientnet-lite0", 4'652'008},
                                                   {"efficientnet-lite1", 5'416'680},
                                                   {"efficientnet-lite2", 6'092'072}};
  for (const auto& [name, expected] : cases) {
    const EfficientNetLite net(*EfficientNetLiteVariant(name), TowerInit::kNone);
    int64_t count = 0;
    for (const torch::Tensor& parameter : net.parameters()) count += parameter.numel();
    EXPECT_EQ(count, expected) << name;
  }
  EXPECT_FALSE(EfficientNetLiteVariant("efficientnet-b0").ok());
}

TEST(EfficientNetLite, LosesItsNormsWhenFolded) {
  const auto net = TinyNet();
  net->FoldBatchNorm();
  const auto weights = NamedWeights(*net);
  EXPECT_TRUE(weights.count("conv_stem.bias"));
  EXPECT_TRUE(weights.count("blocks.1.expand_conv.bias"));
  for (const auto& [name, weight] : weights) EXPECT_EQ(name.find("bn"), std::string::npos) << name;
}

TEST(EfficientNetLite, KeepsTheDirectionOfItsFeaturesInBfloat16) {
  const torch::NoGradGuard no_grad;
  const auto net = TinyNet();
  const torch::Tensor pixels = BlocksPicture(5, 2, 48, 8);
  const torch::Tensor exact = net->Features(pixels);
  net->FoldBatchNorm();
  UseBfloat16(*net);
  UseChannelsLast(*net);
  const torch::Tensor rough = net->Features(pixels.to(torch::kBFloat16)).to(torch::kFloat32);
  EXPECT_GT(torch::cosine_similarity(exact, rough).min().item<float>(), 0.999f);
}

TEST(EfficientNetLite, TrainsEveryParameter) {
  torch::manual_seed(1);
  EfficientNetLite net(TinyOptions());
  net.train();
  const torch::Tensor logits = net.Logits(net.Features(BlocksPicture(5, 4, 33, 8)));
  torch::cross_entropy_loss(logits, torch::arange(4)).backward();
  for (const auto& entry : net.named_parameters()) {
    ASSERT_TRUE(entry.value().grad().defined()) << entry.key();
    EXPECT_GT(entry.value().grad().abs().sum().item<float>(), 0.0f) << entry.key();
  }
}

TEST(EfficientNetLite, NeedsNoClassifier) {
  EfficientNetLiteOptions options = TinyOptions();
  options.classes = 0;
  EfficientNetLite net(options);
  EXPECT_FALSE(NamedWeights(net).count("fc.weight"));
  EXPECT_EQ(net.Features(BlocksPicture(5, 1, 40, 8)).sizes(), (std::vector<int64_t>{1, 1280}));
}

}  // namespace
}  // namespace imago
