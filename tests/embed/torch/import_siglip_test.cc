// SigLIP's published layout in, and the same vectors out as transformers makes of it.

#include <filesystem>
#include <nlohmann/json.hpp>

#include "embed/import_clip.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/siglip_towers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/published_support.h"
#include "tests/support/data.h"
#include "tests/support/published_clip.h"

namespace imago {
namespace {

using testing::HasSubstr;

absl::StatusOr<Bundle> Import(const std::string& path) {
  return ImportClip({path, MakeTempDir(), "siglip", ""});
}

std::string ErrorOf(const std::string& path) {
  const auto bundle = Import(path);
  return bundle.ok() ? "" : std::string(bundle.status().message());
}

std::vector<Content> Contents(const SiglipGolden& golden) {
  std::vector<Content> contents = {ImageContent{MadeUpPicture(static_cast<int>(golden.size))}};
  for (const std::string& text : golden.texts) contents.push_back(TextContent{text});
  return contents;
}

void ExpectGolden(const std::string& name) {
  const SiglipGolden golden = ReadSiglipGolden(name);
  const auto bundle = Import(WriteSiglip(golden));
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  const auto contents = Contents(golden);
  const Matrix full = EncodeWith(bundle->dir, Precision::kFloat32, contents);
  const Matrix half = EncodeWith(bundle->dir, Precision::kBfloat16, contents);
  EXPECT_LT(MaxDifference(full.row(0), golden.image_row), 1e-4);
  EXPECT_GT(Cosine(half.row(0), golden.image_row), 0.999);
  for (size_t i = 0; i < golden.texts.size(); ++i) {
    EXPECT_LT(MaxDifference(full.row(i + 1), golden.text_rows[i]), 1e-4) << golden.texts[i];
    EXPECT_GT(Cosine(half.row(i + 1), golden.text_rows[i]), 0.999) << golden.texts[i];
  }
}

std::shared_ptr<ClipModel> OpenModel(const Bundle& bundle) {
  const int vocab_size = 76;
  const auto model = *ClipModel::Make(bundle.config, vocab_size, TowerInit::kNone);
  const auto file = SafetensorsFile::Open(bundle.dir + "/weights.safetensors");
  if (!LoadWeights(*file, *model).ok()) throw std::runtime_error("weights do not fit");
  return model;
}

TEST(ImportSiglip, AgreesOnATinyModel) { ExpectGolden("siglip-tiny"); }

TEST(ImportSiglip, AgreesWherePatchesDoNotFillThePictureAndHeadsAreNot64Wide) {
  ExpectGolden("siglip-cut");
}

TEST(ImportSiglip, AgreesOnTheShapeOfB16WithFewerLayers) { ExpectGolden("siglip-b-16-shaped"); }

TEST(ImportSiglip, AgreesInEveryStep) {
  const torch::InferenceMode inference;
  const SiglipGolden golden = ReadSiglipGolden("siglip-cut");
  const auto bundle = Import(WriteSiglip(golden));
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  const auto model = OpenModel(*bundle);
  auto& image = dynamic_cast<SiglipVision&>(*model->image);
  torch::Tensor pixels = torch::empty({1, 3, golden.size, golden.size});
  Preprocess(MadeUpPicture(static_cast<int>(golden.size)), bundle->config.preprocess,
             pixels.data_ptr<float>());
  const auto expect = [](const torch::Tensor& token, const std::vector<float>& expected) {
    EXPECT_LT(MaxDifference(token.contiguous().data_ptr<float>(), expected), 1e-4);
  };
  expect(image.Embed(pixels)[0][-1], golden.before_blocks);
  expect(image.Tokens(pixels)[0][-1], golden.last_tokens);
  EXPECT_NEAR(image.Forward(pixels).norm().item<double>(), golden.image_row_length, 1e-3);
  auto& text = dynamic_cast<SiglipText&>(*model->text);
  const torch::Tensor ids = torch::tensor(golden.ids[0]).to(torch::kInt64).unsqueeze(0);
  const torch::Tensor lengths = torch::tensor({static_cast<int64_t>(golden.ids[0].size())});
  expect(text.Tokens(ids, lengths)[0][2], golden.last_text_tokens);
  EXPECT_NEAR(model->logit_scale.exp().item<double>(), golden.logit_scale, 1e-3);
  EXPECT_EQ(model->logit_bias.item<float>(), -10);
}

TEST(ImportSiglip, PadsInTheTowerWhateverATextIsPaddedWith) {
  const torch::InferenceMode inference;
  const auto bundle = Import(WriteSiglip(ReadSiglipGolden("siglip-tiny")));
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  const auto model = OpenModel(*bundle);
  const torch::Tensor lengths = torch::tensor({int64_t{3}, int64_t{2}});
  const torch::Tensor padded =
      model->EncodeTexts(torch::tensor({{7, 8, 1, 1}, {9, 1, 1, 1}}, torch::kInt64), lengths);
  const torch::Tensor otherwise =
      model->EncodeTexts(torch::tensor({{7, 8, 1}, {9, 1, 50}}, torch::kInt64), lengths);
  EXPECT_TRUE(torch::allclose(padded, otherwise));
}

TEST(ImportSiglip, SquashesPicturesAndSaysWhereTheModelIsFrom) {
  const auto bundle = Import(WriteSiglip(ReadSiglipGolden("siglip-tiny")));
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->config.preprocess.mode, ResizeMode::kSquash);
  EXPECT_EQ(bundle->config.preprocess.mean, (std::array<float, 3>{0.5f, 0.5f, 0.5f}));
  EXPECT_EQ(bundle->config.tokenizer_kind, TokenizerKind::kSiglip);
  const auto card = nlohmann::json::parse(bundle->config.card_json);
  EXPECT_EQ(card["layout"], "hf");
  EXPECT_EQ(card["activation"]["text"], "gelu_tanh");
  EXPECT_THAT(card["initialised_from"].get<std::string>(), HasSubstr("SigLIP"));
}

TEST(ImportSiglip, NeedsTheConfigThatTellsTheHeads) {
  const std::string folder = WriteSiglip(ReadSiglipGolden("siglip-tiny"));
  std::filesystem::remove(folder + "/config.json");
  EXPECT_THAT(ErrorOf(folder), HasSubstr("no config.json"));
}

TEST(ImportSiglip, RefusesAPictureSizeThatThePositionsAreNotFor) {
  SiglipGolden golden = ReadSiglipGolden("siglip-tiny");
  golden.size = 48;
  EXPECT_THAT(ErrorOf(WriteSiglip(golden)), HasSubstr("image_size is 48"));
}

TEST(ImportSiglip, RefusesSettingsThatTheTowersDoNotHave) {
  const std::string folder = WriteSiglip(ReadSiglipGolden("siglip-tiny"));
  WriteTestFile(folder + "/config.json", R"({"vision_config": {"layer_norm_eps": 1e-5}})");
  EXPECT_THAT(ErrorOf(folder), HasSubstr("layer_norm_eps"));
  WriteTestFile(folder + "/config.json",
                R"({"vision_config": {"num_attention_heads": 5, "image_size": 32}})");
  EXPECT_THAT(ErrorOf(folder), HasSubstr("no multiple of heads, 5"));
}

TEST(ImportSiglip, SaysThatTheTokenizerIsMissing) {
  const std::string folder = WriteSiglip(ReadSiglipGolden("siglip-tiny"));
  std::filesystem::remove(folder + "/spiece.model");
  EXPECT_THAT(ErrorOf(folder), HasSubstr("spiece.model or tokenizer.model"));
}

}  // namespace
}  // namespace imago
