#include "embed/torch/event_head.h"

#include "embed/torch/clip_model.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

constexpr EventHeadShape kShape = {6, 32, 2, 4, 3, 4, 8, 20};

std::shared_ptr<EventHead> Head() {
  torch::manual_seed(3);
  auto head = std::make_shared<EventHead>(kShape);
  const torch::NoGradGuard no_grad;
  head->fillers.copy_(torch::nn::functional::normalize(torch::randn({4, 8})));
  return head;
}

TEST(EventHead, GivesProbabilitiesAndBoxes) {
  const torch::NoGradGuard no_grad;
  const EventReadings readings = Head()->Forward(torch::randn({2, 6, 2, 2}));
  EXPECT_TRUE(torch::allclose(readings.types.exp().sum(-1), torch::ones({2})));
  EXPECT_TRUE(
      torch::allclose(readings.fillers.exp().sum(-1), torch::ones({2, kPictureRoles}), 1e-4));
  EXPECT_EQ(readings.boxes.sizes().vec(), (std::vector<int64_t>{2, kPictureRoles, 4}));
  EXPECT_GE(readings.boxes.min().item<float>(), 0);
  EXPECT_LE(readings.boxes.max().item<float>(), 1);
  EXPECT_EQ(readings.regions.sizes().vec(), (std::vector<int64_t>{2, 1 + kPictureRoles, 8}));
  EXPECT_TRUE(torch::allclose(readings.regions.norm(2, -1), torch::ones({2, 1 + kPictureRoles})));
}

TEST(EventHead, SeesWhereThingsStand) {
  const torch::NoGradGuard no_grad;
  const auto head = Head();
  const torch::Tensor map = torch::randn({1, 6, 2, 2});
  const torch::Tensor gap = head->Forward(map).types - head->Forward(map.flip({3})).types;
  EXPECT_GT(gap.abs().max().item<float>(), 1e-3);
}

TEST(EventHead, TakesMapsOfOtherSizes) {
  const torch::NoGradGuard no_grad;
  EXPECT_EQ(Head()->Forward(torch::randn({1, 6, 3, 5})).types.size(1), 3);
}

TEST(EventHead, ReadingsArePlainNumbers) {
  const torch::NoGradGuard no_grad;
  const EventReadings readings = Head()->Forward(torch::randn({2, 6, 2, 2}));
  const PictureReading reading = ReadingOf(readings, 1);
  ASSERT_EQ(reading.types.size(), 3u);
  ASSERT_EQ(reading.fillers[2].size(), 4u);
  EXPECT_NEAR(reading.types[2], readings.types[1][2].exp().item<float>(), 1e-6);
  EXPECT_NEAR(reading.fillers[1][3], readings.fillers[1][1][3].exp().item<float>(), 1e-6);
  EXPECT_NEAR(reading.regions[2].bottom, readings.boxes[1][2][3].item<float>(), 1e-6);
}

BundleConfig Config() {
  BundleConfig config;
  config.dim = 20;
  config.image_tower = {
      "efficientnet-lite0-posterior",
      {{"size", 32}, {"hidden", 6}, {"detail", 4}, {"detail_percent", 70}, {"classes", 9}},
      {}};
  config.text_tower = {
      "bert-centred", {{"width", 16}, {"layers", 1}, {"heads", 2}, {"positions", 8}}, {}};
  config.events = {64, 1, {{{"Arrest", {"Agent", "Person"}}}, {"man", "dog"}}};
  return config;
}

TEST(EventHead, BelongsToAModelWhoseRowsStayAsTheyAre) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  const auto model = ClipModel::Make(Config(), 30);
  ASSERT_TRUE(model.ok()) << model.status();
  const torch::Tensor pixels = torch::randn({2, 3, 32, 32});
  EventReadings readings;
  const torch::Tensor rows = (*model)->EncodeImages(pixels, &readings);
  EXPECT_TRUE(torch::equal(rows, (*model)->EncodeImages(pixels)));
  EXPECT_EQ(readings.types.sizes().vec(), (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(readings.fillers.size(2), 3);
  EXPECT_EQ((*model)->Weights().count("events.fillers"), 1u);
}

TEST(EventHead, WorksInBfloat16) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  const auto model = ClipModel::Make(Config(), 30);
  ASSERT_TRUE(model.ok()) << model.status();
  const torch::Tensor pixels = torch::randn({2, 3, 32, 32});
  EventReadings exact;
  (*model)->EncodeImages(pixels, &exact);
  UseBfloat16(**model);
  EventReadings rounded;
  (*model)->EncodeImages(pixels, &rounded);
  EXPECT_EQ(rounded.types.scalar_type(), torch::kFloat32);
  EXPECT_TRUE(torch::allclose(rounded.types, exact.types, 0.1, 0.1));
}

TEST(EventHead, IsRefusedWhereItCannotBe) {
  BundleConfig config = Config();
  config.events.width = 40;
  EXPECT_THAT(std::string(ClipModel::Make(config, 30).status().message()),
              testing::HasSubstr("width is 40"));
  config = Config();
  config.image_tower = {"vit",
                        {{"size", 32}, {"patch", 16}, {"width", 32}, {"layers", 1}, {"heads", 2}},
                        {{"activation", "gelu"}}};
  EXPECT_THAT(std::string(ClipModel::Make(config, 30).status().message()),
              testing::HasSubstr("a tower \"vit\" has no map"));
}

}  // namespace
}  // namespace imago
