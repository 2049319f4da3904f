// The shapes that a checkpoint is checked against are those of the towers themselves.

#include "embed/clip_shapes.h"

#include "embed/torch/clip_model.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

constexpr int kVocab = 50;

TowerConfig Transformer(const std::string& kind, std::map<std::string, int64_t> more) {
  TowerConfig tower{kind, {{"width", 24}, {"layers", 2}, {"heads", 3}}, {{"activation", "gelu"}}};
  tower.numbers.merge(more);
  return tower;
}

BundleConfig Config(TowerConfig image, TowerConfig text) {
  BundleConfig config;
  config.dim = 24;
  config.image_tower = std::move(image);
  config.text_tower = std::move(text);
  return config;
}

void ExpectSame(const BundleConfig& config) {
  const auto shapes = ClipShapes(config, kVocab);
  ASSERT_TRUE(shapes.ok()) << shapes.status();
  const auto model = ClipModel::Make(config, kVocab, TowerInit::kNone);
  ASSERT_TRUE(model.ok()) << model.status();
  std::map<std::string, std::vector<int64_t>> expected;
  for (const auto& [name, weight] : (*model)->Weights()) expected[name] = weight.sizes().vec();
  EXPECT_EQ(*shapes, expected);
}

TEST(ClipShapes, AreThoseOfAVisionTransformer) {
  ExpectSame(Config(Transformer("vit", {{"size", 32}, {"patch", 8}}),
                    Transformer("clip-text", {{"context", 9}, {"mlp_width", 40}})));
}

TEST(ClipShapes, AreThoseOfAModifiedResnet) {
  const TowerConfig image{"modified-resnet",
                          {{"size", 64},
                           {"width", 8},
                           {"heads", 4},
                           {"blocks1", 2},
                           {"blocks2", 1},
                           {"blocks3", 3},
                           {"blocks4", 1}},
                          {}};
  ExpectSame(Config(image, Transformer("clip-text", {{"context", 9}})));
}

TEST(ClipShapes, AreThoseOfSiglip) {
  ExpectSame(Config(Transformer("siglip-vit", {{"size", 38}, {"patch", 8}, {"mlp_width", 30}}),
                    Transformer("siglip-text", {{"context", 9}, {"pad_id", 1}})));
}

TEST(ClipShapes, RefuseTowersThatPublishedClipDoesNotHave) {
  const auto shapes = ClipShapes(Config({"efficientnet-lite2", {}, {}}, {"bert", {}, {}}), kVocab);
  EXPECT_EQ(shapes.status().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace imago
