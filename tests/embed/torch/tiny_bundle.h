#ifndef IMAGO_TESTS_EMBED_TORCH_TINY_BUNDLE_H_
#define IMAGO_TESTS_EMBED_TORCH_TINY_BUNDLE_H_

// A starter bundle of random weights that is quick to grow on.

#include <string>

#include "embed/bundle.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/posterior_tower.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/pretrained_support.h"
#include "tests/support/data.h"

namespace imago {

inline BundleConfig TinyConfig() {
  BundleConfig config;
  config.name = "tiny";
  config.dim = 36;
  config.preprocess.size = 64;
  config.tokenizer_kind = TokenizerKind::kWordPiece;
  config.tokenizer_file = "vocab.txt";
  config.max_tokens = 16;
  config.image_tower = {
      "efficientnet-lite0-posterior",
      {{"size", 64}, {"hidden", 6}, {"detail", 4}, {"detail_percent", 70}, {"classes", 9}},
      {}};
  config.text_tower = {
      "bert-centred", {{"width", 32}, {"layers", 1}, {"heads", 2}, {"positions", 16}}, {}};
  return config;
}

inline std::string TinyBundle(const BundleConfig& config = TinyConfig()) {
  const std::string dir = MakeTempDir();
  std::string vocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n";
  for (char c = 'a'; c <= 'z'; ++c) vocab += std::string(1, c) + "\n##" + c + "\n";
  WriteTestFile(dir + "/vocab.txt", vocab);
  WriteTestFile(dir + "/model.json", BundleConfigToJson(config));
  WriteTestFile(dir + "/CARD.md", "# tiny\n");
  torch::manual_seed(4);
  const auto model = ClipModel::Make(config, 56);
  EXPECT_TRUE(model.ok()) << model.status();
  // As drawn, so deep a network's maps would vanish in f16.
  const auto tower = std::dynamic_pointer_cast<PosteriorTower>((*model)->image);
  if (tower) FillWithNoise(*tower->trunk);
  const auto status = SaveWeights(**model, dir + "/weights.safetensors");
  EXPECT_TRUE(status.ok()) << status;
  return dir;
}

}  // namespace imago

#endif  // IMAGO_TESTS_EMBED_TORCH_TINY_BUNDLE_H_
