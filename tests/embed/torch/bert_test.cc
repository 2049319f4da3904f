#include "embed/torch/bert.h"

#include "tests/embed/torch/pretrained_support.h"

namespace imago {
namespace {

struct Batch {
  torch::Tensor ids;
  torch::Tensor lengths;
};

Batch Pad(const std::vector<std::vector<int64_t>>& rows, int64_t pad) {
  size_t longest = 0;
  for (const auto& row : rows) longest = std::max(longest, row.size());
  Batch batch{torch::full({int64_t(rows.size()), int64_t(longest)}, pad, torch::kInt64),
              torch::empty({int64_t(rows.size())}, torch::kInt64)};
  for (size_t i = 0; i < rows.size(); ++i) {
    batch.lengths[i] = int64_t(rows[i].size());
    for (size_t j = 0; j < rows[i].size(); ++j) batch.ids[i][j] = rows[i][j];
  }
  return batch;
}

constexpr BertOptions kTiny = {50, 16, 32, 2, 4, 48};

std::shared_ptr<Bert> TinyBert() {
  auto bert = std::make_shared<Bert>(kTiny, TowerInit::kNone);
  FillWithNoise(*bert);
  bert->eval();
  return bert;
}

TEST(Bert, EqualsThePublishedModuleOnTinyRandomWeights) {
  const torch::NoGradGuard no_grad;
  const auto& golden = PretrainedGoldens()["tiny_bert"];
  const Batch batch = Pad(golden["ids"], 0);
  const auto bert = TinyBert();
  EXPECT_LT(LargestDifference(bert->Forward(batch.ids, batch.lengths), golden["pooled"]), 1e-4);
}

TEST(Bert, EqualsThePublishedModuleOnPublishedWeights) {
  const std::string path = PretrainedFile("minilm.safetensors");
  if (path.empty()) GTEST_SKIP() << "needs tools/convert_pretrained.py: minilm.safetensors";
  const torch::NoGradGuard no_grad;
  const auto& golden = PretrainedGoldens()["minilm"];
  const Batch batch = Pad(golden["ids"], 0);
  Bert bert(BertOptions{}, TowerInit::kNone);
  LoadAll(bert, path);
  bert.eval();
  EXPECT_LT(LargestDifference(bert.Forward(batch.ids, batch.lengths), golden["pooled"]), 1e-4);
}

TEST(Bert, IsBlindToPadding) {
  const torch::NoGradGuard no_grad;
  const auto bert = TinyBert();
  const std::vector<int64_t> row = {2, 9, 8, 3};
  const Batch alone = Pad({row}, 0);
  const Batch padded = Pad({row, std::vector<int64_t>(11, 7)}, 44);
  const torch::Tensor difference =
      bert->Forward(alone.ids, alone.lengths)[0] - bert->Forward(padded.ids, padded.lengths)[0];
  EXPECT_LT(difference.abs().max().item<float>(), 1e-5f);
}

TEST(Bert, DoesNotChangeWithTheRowsCutFromItsTableOfPositions) {
  const torch::NoGradGuard no_grad;
  const auto bert = TinyBert();
  BertOptions shorter = kTiny;
  shorter.positions = 6;
  Bert cut(shorter, TowerInit::kNone);
  const auto weights = NamedWeights(*bert);
  for (auto& [name, weight] : NamedWeights(cut)) {
    weight.copy_(weights.at(name).narrow(0, 0, weight.size(0)));
  }
  const Batch batch = Pad({{2, 9, 8, 7, 6, 3}}, 0);
  EXPECT_TRUE(
      torch::equal(bert->Forward(batch.ids, batch.lengths), cut.Forward(batch.ids, batch.lengths)));
  const Batch longer = Pad({{2, 9, 8, 7, 6, 5, 3}}, 0);
  EXPECT_THROW(cut.Forward(longer.ids, longer.lengths), c10::Error);
}

TEST(Bert, TrainsEveryParameterThatItUses) {
  torch::manual_seed(1);
  Bert bert(kTiny);
  const Batch batch = Pad({{2, 9, 8, 3}, {2, 3}}, 0);
  bert.Forward(batch.ids, batch.lengths).square().sum().backward();
  for (const auto& entry : bert.named_parameters()) {
    ASSERT_TRUE(entry.value().grad().defined()) << entry.key();
  }
}

TEST(Bert, ReadsItsShapeFromATowersConfiguration) {
  const TowerConfig config{
      "bert", {{"layers", 6}, {"heads", 12}, {"width", 384}, {"positions", 128}}, {}};
  const auto options = ParseBertOptions(config, 30522);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->hidden, 1536);
  EXPECT_EQ(options->positions, 128);
  for (const char* key : {"layers", "heads", "width", "positions"}) {
    TowerConfig bad = config;
    bad.numbers[key] = 0;
    EXPECT_FALSE(ParseBertOptions(bad, 30522).ok()) << key;
  }
  TowerConfig uneven = config;
  uneven.numbers["heads"] = 7;
  EXPECT_FALSE(ParseBertOptions(uneven, 30522).ok());
}

}  // namespace
}  // namespace imago
