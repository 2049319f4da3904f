// Towers by our own loops (AMX) against the same towers by LibTorch in f32.

#include "embed/torch/centred_bert.h"
#include "embed/torch/efficientnet_lite.h"
#include "embed/torch/posterior_tower.h"
#include "gtest/gtest.h"
#include "kernels/tile_product.h"

namespace imago {
namespace {

#define IMAGO_NEED_TILES() \
  if (!TilesInUse()) GTEST_SKIP() << "needs a CPU with tiles of bfloat16 (AMX)"

double LeastCosine(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::cosine_similarity(a.flatten(1), b.flatten(1)).min().item<double>();
}

// Every kind of block: without expansion, both kernels, with and without stride and shortcut.
EfficientNetLiteOptions SmallOptions() {
  EfficientNetLiteOptions options;
  options.stages = {
      {1, 3, 1, 1, 16}, {3, 3, 2, 6, 24}, {2, 5, 2, 6, 40}, {2, 5, 1, 6, 40}, {1, 3, 2, 6, 48}};
  options.features = 64;
  options.classes = 0;
  return options;
}

std::shared_ptr<EfficientNetLite> FoldedNet(const EfficientNetLiteOptions& options) {
  torch::manual_seed(5);
  auto net = std::make_shared<EfficientNetLite>(options);
  for (torch::Tensor& parameter : net->parameters()) {
    const torch::NoGradGuard no_grad;
    if (parameter.dim() == 1) parameter.uniform_(0.5, 1.0);  // norms' gains and biases
  }
  net->eval();
  net->FoldBatchNorm();
  return net;
}

torch::Tensor MapsOf(const TileTrunk& trunk, const torch::Tensor& pixels, size_t threads) {
  const auto high = static_cast<int64_t>(trunk.MapSide(pixels.size(2)));
  const auto wide = static_cast<int64_t>(trunk.MapSide(pixels.size(3)));
  const auto channels = static_cast<int64_t>(trunk.channels());
  torch::Tensor maps = torch::full({pixels.size(0), high, wide, channels}, NAN);
  trunk.Map(pixels.data_ptr<float>(), pixels.size(0), pixels.size(2), pixels.size(3), threads,
            maps.data_ptr<float>());
  return maps.permute({0, 3, 1, 2});
}

TEST(TileTrunk, HasTheMapsOfTheNetworkForPicturesOfAnySize) {
  IMAGO_NEED_TILES();
  const torch::NoGradGuard no_grad;
  const auto net = FoldedNet(SmallOptions());
  const auto trunk = TileTrunk::Make(net->ToTrunkWeights());
  ASSERT_NE(trunk, nullptr);
  // The last is large enough for several strips.
  for (const auto& [height, width] :
       std::vector<std::pair<int64_t, int64_t>>{{32, 32}, {33, 70}, {1, 5}, {45, 21}, {300, 290}}) {
    const torch::Tensor pixels = torch::randn({3, 3, height, width});
    const torch::Tensor expected = net->PlacesBefore(pixels, net->blocks());
    const torch::Tensor got = MapsOf(*trunk, pixels, 1);
    ASSERT_EQ(got.sizes(), expected.sizes());
    EXPECT_GT(LeastCosine(got, expected), 0.999) << height;
    EXPECT_TRUE(torch::equal(MapsOf(*trunk, pixels, 2), got)) << "with two threads";
  }
}

TEST(TileTrunk, HasTheFeaturesOfTheNetwork) {
  IMAGO_NEED_TILES();
  const torch::NoGradGuard no_grad;
  const auto net = FoldedNet(SmallOptions());
  const auto trunk = TileTrunk::Make(net->ToTrunkWeights());
  const torch::Tensor map = torch::randn({2, 48, 3, 3});
  const torch::Tensor places = map.permute({0, 2, 3, 1}).contiguous();
  torch::Tensor got = torch::empty({2, 3, 3, 64});
  trunk->Features(places.data_ptr<float>(), 18, got.data_ptr<float>());
  EXPECT_GT(LeastCosine(got.permute({0, 3, 1, 2}), net->PlacesFrom(map, net->blocks())), 0.999);
}

TEST(TileTrunk, IsNotMadeOfShapesThatItCannotCompute) {
  EfficientNetLiteOptions options = SmallOptions();
  options.stages.back().channels = 40;  // no multiple of 16
  EXPECT_EQ(TileTrunk::Make(FoldedNet(options)->ToTrunkWeights()), nullptr);
  options = SmallOptions();
  options.stages[1].kernel = 7;
  EXPECT_EQ(TileTrunk::Make(FoldedNet(options)->ToTrunkWeights()), nullptr);
}

BundleConfig Config() {
  BundleConfig config;
  config.dim = 80;
  config.image_tower = {
      "efficientnet-lite0-posterior",
      {{"size", 64}, {"hidden", 24}, {"detail", 16}, {"detail_percent", 70}, {"classes", 30}},
      {}};
  config.text_tower = {
      "bert-centred", {{"width", 64}, {"layers", 3}, {"heads", 4}, {"positions", 40}}, {}};
  return config;
}

TEST(PosteriorTower, HasTheSameRowsOnTiles) {
  IMAGO_NEED_TILES();
  const torch::InferenceMode inference;
  torch::manual_seed(2);
  const auto tower = MakeImageTower(Config().image_tower, Config().dim);
  ASSERT_TRUE(tower.ok()) << tower.status();
  for (auto& parameter : (*tower)->named_parameters()) {
    // What a trained network's biases do: they keep its maps alive.
    if (parameter.key().ends_with(".bias")) parameter.value().uniform_(0, 0.5);
  }
  const torch::Tensor pixels = torch::randn({3, 3, 64, 64});
  const torch::Tensor expected = (*tower)->Forward(pixels);
  ASSERT_TRUE((*tower)->UseTiles());
  EXPECT_TRUE((*tower)->uses_tiles());
  EXPECT_GT(LeastCosine((*tower)->Forward(pixels), expected), 0.999);
}

TEST(CentredBert, HasTheSameRowsOnTilesForTextsOfMixedLengths) {
  IMAGO_NEED_TILES();
  const torch::InferenceMode inference;
  torch::manual_seed(3);
  const auto tower = MakeTextTower(Config().text_tower, 50, Config().dim);
  ASSERT_TRUE(tower.ok()) << tower.status();
  const torch::Tensor ids = torch::randint(50, {6, 40}, torch::kInt64);
  const torch::Tensor lengths = torch::tensor({1, 3, 40, 17, 16, 2}, torch::kInt64);
  const torch::Tensor expected = (*tower)->Forward(ids, lengths);
  ASSERT_TRUE((*tower)->UseTiles());
  EXPECT_GT(LeastCosine((*tower)->Forward(ids, lengths), expected), 0.999);
  EXPECT_THROW(
      (*tower)->Forward(torch::zeros({1, 41}, torch::kInt64), torch::ones({1}, torch::kInt64)),
      c10::Error);
}

}  // namespace
}  // namespace imago
