// Published layouts in, and the same vectors out as open_clip and transformers make of them.

#include "embed/import_clip.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "embed/encoder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/published_support.h"
#include "tests/support/data.h"
#include "tests/support/published_clip.h"

namespace imago {
namespace {

using testing::AllOf;
using testing::HasSubstr;

absl::StatusOr<Bundle> Import(const std::string& path, const std::string& tokenizer = "") {
  return ImportClip({path, MakeTempDir(), "published", tokenizer});
}

// The picture and the texts of the case.
std::vector<Content> Contents(const ClipGolden& golden) {
  std::vector<Content> contents = {ImageContent{MadeUpPicture(golden.size)}};
  for (const std::string& text : golden.texts) contents.push_back(TextContent{text});
  return contents;
}

// Imports the folder and compares in full and in half precision.
void ExpectGolden(const std::string& folder, const ClipGolden& golden) {
  const auto bundle = Import(folder);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  const Matrix full = EncodeWith(bundle->dir, Precision::kFloat32, Contents(golden));
  const Matrix half = EncodeWith(bundle->dir, Precision::kBfloat16, Contents(golden));
  ASSERT_EQ(full.cols(), static_cast<size_t>(golden.dim));
  const std::vector<const std::vector<float>*> expected = {&golden.image_row, &golden.text_rows[0],
                                                           &golden.text_rows[1]};
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_LT(MaxDifference(full.row(i), *expected[i]), 1e-4) << golden.name << " " << i;
    EXPECT_GT(Cosine(half.row(i), *expected[i]), 0.999) << golden.name << " " << i;
  }
}

std::string HuggingFaceConfig(const std::string& activation) {
  const std::string tower = R"({"hidden_act": ")" + activation + R"(", "num_attention_heads": )";
  return R"({"model_type": "clip", "vision_config": )" + tower + R"(2}, "text_config": )" + tower +
         "1}}";
}

std::string ErrorOf(const std::string& path) {
  const auto bundle = Import(path);
  return bundle.ok() ? "" : std::string(bundle.status().message());
}

template <typename Change>
std::string ErrorAfter(Change change) {
  std::vector<TensorToWrite> tensors = OpenAiClip(ReadClipGolden("tiny-quick"));
  change(tensors);
  return ErrorOf(WritePublished(tensors));
}

TensorToWrite& Find(std::vector<TensorToWrite>& tensors, const std::string& name) {
  return *std::find_if(tensors.begin(), tensors.end(),
                       [&](const TensorToWrite& t) { return t.name == name; });
}

TEST(ImportClip, ReadsOpenAisLayoutWithQuickGelu) {
  const ClipGolden golden = ReadClipGolden("tiny-quick");
  ExpectGolden(WritePublished(OpenAiClip(golden)), golden);
}

TEST(ImportClip, ReadsHuggingFacesLayoutWithTheActivationItsConfigNames) {
  for (const char* name : {"tiny-quick", "tiny-gelu"}) {
    const ClipGolden golden = ReadClipGolden(name);
    const std::string folder = WritePublished(HuggingFaceClip(OpenAiClip(golden)));
    WriteTestFile(folder + "/config.json", HuggingFaceConfig(golden.activation));
    ExpectGolden(folder, golden);
  }
}

TEST(ImportClip, ReadsOpenClipsLayoutWithTheActivationItsConfigNames) {
  for (const char* name : {"tiny-quick", "tiny-gelu"}) {
    const ClipGolden golden = ReadClipGolden(name);
    const std::string folder = WritePublished(OpenClipWithTextTower(OpenAiClip(golden)));
    const bool quick = golden.activation == "quick_gelu";
    WriteTestFile(folder + "/open_clip_config.json",
                  quick ? R"({"model_cfg": {"quick_gelu": true}})" : R"({"model_cfg": {}})");
    ExpectGolden(folder, golden);
  }
}

TEST(ImportClip, WouldBeWrongWithTheOtherActivation) {
  const ClipGolden golden = ReadClipGolden("tiny-gelu");
  const auto bundle = Import(WritePublished(OpenAiClip(golden)));
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  const Matrix rows = EncodeWith(bundle->dir, Precision::kFloat32, Contents(golden));
  EXPECT_GT(MaxDifference(rows.row(0), golden.image_row), 1e-3);
}

TEST(ImportClip, ReadsAModifiedResnet) {
  const ClipGolden golden = ReadClipGolden("tiny-resnet");
  ExpectGolden(WritePublished(OpenAiClip(golden)), golden);
}

TEST(ImportClip, AgreesOnTheShapeOfVitB32) {
  if (kSanitized) GTEST_SKIP() << "300 MB of weights are slow under sanitizers";
  const ClipGolden golden = ReadClipGolden("vit-b-32");
  ExpectGolden(WritePublished(OpenAiClip(golden)), golden);
}

TEST(ImportClip, AgreesOnTheShapeOfVitL14WithFewerLayers) {
  if (kSanitized) GTEST_SKIP() << "220 MB of weights are slow under sanitizers";
  const ClipGolden golden = ReadClipGolden("vit-l-14-shaped");
  ExpectGolden(WritePublished(OpenAiClip(golden)), golden);
}

TEST(ImportClip, AgreesOnAllOfVitL14) {
  constexpr int64_t kNeeded = int64_t{6} << 30;
  const int64_t memory = int64_t{sysconf(_SC_AVPHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  if (kSanitized || memory < kNeeded) GTEST_SKIP() << "needs 4 GB of memory to itself";
  const ClipGolden golden = ReadClipGolden("vit-l-14");
  ExpectGolden(WritePublished(OpenAiClip(golden)), golden);
}

TEST(ImportClip, AgreesOnTheShapeOfRn50) {
  if (kSanitized) GTEST_SKIP() << "80 MB of weights are slow under sanitizers";
  const ClipGolden golden = ReadClipGolden("rn50");
  ExpectGolden(WritePublished(OpenAiClip(golden)), golden);
}

TEST(ImportClip, KeepsTheTypeOfTheValuesAndNamesTheBundleByItsHash) {
  const auto bundle = Import(WritePublished(OpenAiClip(ReadClipGolden("tiny-quick"))));
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(std::filesystem::path(bundle->dir).filename(), bundle->id);
  const auto file = SafetensorsFile::Open(bundle->dir + "/weights.safetensors");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->tensors().at("image.proj").type, TensorType::kF16);
}

TEST(ImportClip, WritesTheSameBundleFromEveryLayout) {
  const auto open_ai = OpenAiClip(ReadClipGolden("tiny-quick"));
  const auto first = Import(WritePublished(open_ai));
  const std::string folder = WritePublished(HuggingFaceClip(open_ai));
  WriteTestFile(folder + "/config.json", HuggingFaceConfig("quick_gelu"));
  const auto second = Import(folder);
  const auto third = Import(WritePublished(OpenClipWithTextTower(open_ai)));
  ASSERT_TRUE(first.ok() && second.ok() && third.ok());
  EXPECT_EQ(first->id, second->id);
  EXPECT_EQ(first->id, third->id);
  EXPECT_EQ(first->config.image_tower, second->config.image_tower);
}

TEST(ImportClip, SaysInTheCardWhichActivationItPickedAndWhy) {
  const auto bundle = Import(WritePublished(OpenAiClip(ReadClipGolden("tiny-quick"))));
  ASSERT_TRUE(bundle.ok());
  const auto card = nlohmann::json::parse(bundle->config.card_json);
  EXPECT_EQ(card["activation"]["image"], "quick_gelu");
  EXPECT_THAT(card["activation"]["chosen_by"].get<std::string>(), HasSubstr("no config"));
}

TEST(ImportClip, TakesMeanAndDeviationFromThePreprocessorsConfig) {
  const std::string folder =
      WritePublished(HuggingFaceClip(OpenAiClip(ReadClipGolden("tiny-quick"))));
  WriteTestFile(folder + "/preprocessor_config.json",
                R"({"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.25, 0.5], "resample": 3})");
  const auto bundle = Import(folder);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->config.preprocess.mean, (std::array<float, 3>{0.5f, 0.5f, 0.5f}));
  EXPECT_EQ(bundle->config.preprocess.std, (std::array<float, 3>{0.5f, 0.25f, 0.5f}));
}

TEST(ImportClip, TakesTheMergesFromWhereItIsTold) {
  const std::string folder = WritePublished(OpenAiClip(ReadClipGolden("tiny-quick")));
  const std::string merges = MakeTempDir() + "/elsewhere.txt";
  std::filesystem::rename(folder + "/merges.txt", merges);
  EXPECT_THAT(ErrorOf(folder), HasSubstr("does not hold merges.txt or"));
  EXPECT_TRUE(Import(folder + "/model.safetensors", merges).ok());
}

TEST(ImportClip, TakesThePublishedMergesGzipped) {
  IMAGO_NEED_SHARED_DATA("clip-bpe");
  const ClipGolden golden = ReadClipGolden("tiny-quick");
  const std::string folder = WritePublished(OpenAiClip(golden));
  const auto bundle = Import(folder, SharedData("clip-bpe") + "/bpe_simple_vocab_16e6.txt.gz");
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->config.tokenizer_file, "merges.txt.gz");
  EXPECT_EQ(EncodeWith(bundle->dir, Precision::kFloat32, Contents(golden)).rows(), 3u);
}

TEST(ImportClip, IgnoresPositionIdsAndTheConstantsOfOldFiles) {
  const auto message = ErrorAfter([](auto& tensors) {
    tensors.push_back({"input_resolution", TensorType::kI64, {}, std::string(8, '\0')});
    tensors.push_back({"attn_mask", TensorType::kF16, {1}, std::string(2, '\0')});
  });
  EXPECT_EQ(message, "");
}

TEST(ImportClip, NamesATensorThatIsMissing) {
  EXPECT_THAT(ErrorAfter([](auto& tensors) {
                std::erase_if(tensors, [](const auto& t) {
                  return t.name == "transformer.resblocks.1.mlp.c_fc.bias";
                });
              }),
              HasSubstr("missing: text.transformer.resblocks.1.mlp.c_fc.bias"));
}

TEST(ImportClip, NamesATensorThatIsSurplus) {
  for (const char* name : {"logit_bias", "visual.extra", "transformer.resblocks.7.ln_1.weight"}) {
    EXPECT_THAT(ErrorAfter([&](auto& tensors) {
                  tensors.push_back({name, TensorType::kF16, {1}, std::string(2, '\0')});
                }),
                AllOf(HasSubstr(name), HasSubstr("no place")));
  }
}

TEST(ImportClip, NamesATensorOfAnImpossibleShape) {
  EXPECT_THAT(ErrorAfter([](auto& tensors) {
                Find(tensors, "transformer.resblocks.0.ln_1.weight").shape = {8, 8};
              }),
              AllOf(HasSubstr("transformer.resblocks.0.ln_1.weight"), HasSubstr("[8, 8]")));
  EXPECT_THAT(ErrorAfter([](auto& tensors) {
                Find(tensors, "visual.proj").shape = {48, 128};
              }),
              AllOf(HasSubstr("visual.proj"), HasSubstr("must be [128, 128]")));
  EXPECT_THAT(ErrorAfter([](auto& tensors) {
                TensorToWrite& positions = Find(tensors, "visual.positional_embedding");
                positions.shape[0] -= 1;
                positions.bytes.resize(positions.shape[0] * positions.shape[1] * 2);
              }),
              AllOf(HasSubstr("image.positional_embedding"), HasSubstr("16 rows")));
}

TEST(ImportClip, NamesAThirdOfAnAttentionThatDoesNotFit) {
  auto tensors = HuggingFaceClip(OpenAiClip(ReadClipGolden("tiny-quick")));
  const std::string name = "text_model.encoder.layers.1.self_attn.q_proj.weight";
  Find(tensors, name).shape = {32, 128};
  EXPECT_THAT(ErrorOf(WritePublished(tensors)), HasSubstr(name));
  std::erase_if(tensors, [&](const auto& t) { return t.name == name; });
  EXPECT_THAT(ErrorOf(WritePublished(tensors)),
              HasSubstr("text_model.encoder.layers.1.self_attn."));
}

TEST(ImportClip, RefusesAVocabularyThatIsNotTheTokenizers) {
  EXPECT_THAT(ErrorAfter([](auto& tensors) {
                TensorToWrite& tokens = Find(tensors, "token_embedding.weight");
                tokens.shape[0] = 49407;
                tokens.bytes.resize(tokens.shape[0] * tokens.shape[1] * 2);
              }),
              HasSubstr("49407 tokens, the tokenizer 49408"));
}

TEST(ImportClip, RefusesWholeNumbersAsWeights) {
  EXPECT_THAT(ErrorAfter([](auto& tensors) {
                TensorToWrite& bias = Find(tensors, "ln_final.bias");
                bias.type = TensorType::kI32;
                bias.bytes.resize(64 * 4);
              }),
              AllOf(HasSubstr("ln_final.bias"), HasSubstr("not floating point")));
}

TEST(ImportClip, RefusesSettingsThatTheTowersDoNotHave) {
  const std::string folder =
      WritePublished(HuggingFaceClip(OpenAiClip(ReadClipGolden("tiny-quick"))));
  for (const char* config : {R"({"text_config": {"hidden_act": "relu"}})",
                             R"({"vision_config": {"layer_norm_eps": 1e-6}})",
                             R"({"vision_config": {"num_attention_heads": -1}})", "[]", "{"}) {
    WriteTestFile(folder + "/config.json", config);
    EXPECT_NE(ErrorOf(folder), "") << config;
  }
  WriteTestFile(folder + "/config.json", R"({"vision_config": {"num_attention_heads": 7}})");
  EXPECT_THAT(ErrorOf(folder), HasSubstr("no multiple of heads, 7"));
}

TEST(ImportClip, LeavesNothingBehindWhenTheFileIsCutAnywhere) {
  const std::string folder = WritePublished(OpenAiClip(ReadClipGolden("tiny-quick")));
  const std::string whole = ReadTestFile(folder + "/model.safetensors");
  const std::string models = MakeTempDir();
  for (const size_t size :
       {size_t{0}, size_t{7}, size_t{8}, size_t{100}, whole.size() / 2, whole.size() - 1}) {
    WriteTestFile(folder + "/model.safetensors", whole.substr(0, size));
    EXPECT_FALSE(ImportClip({folder, models, "published", ""}).ok()) << size;
  }
  EXPECT_TRUE(std::filesystem::is_empty(models));
}

TEST(ImportClip, ClearsDraftsOfKilledImportsAfterADay) {
  const std::string folder = WritePublished(OpenAiClip(ReadClipGolden("tiny-quick")));
  const std::string models = MakeTempDir();
  WriteTestFile(models + "/.import-dead01/weights.safetensors", "half");
  WriteTestFile(models + "/.import-busy01/weights.safetensors", "half");
  std::filesystem::last_write_time(
      models + "/.import-dead01",
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
  EXPECT_TRUE(ImportClip({folder, models, "published", ""}).ok());
  EXPECT_FALSE(std::filesystem::exists(models + "/.import-dead01"));
  EXPECT_TRUE(std::filesystem::exists(models + "/.import-busy01/weights.safetensors"));
}

TEST(ImportClip, MakesOnlyBundlesThatOpenOfFilesWithDamagedHeaders) {
  const std::string folder = WritePublished(OpenAiClip(ReadClipGolden("tiny-quick")));
  const std::string whole = ReadTestFile(folder + "/model.safetensors");
  const size_t header = static_cast<uint8_t>(whole[0]) + 256 * static_cast<uint8_t>(whole[1]);
  std::mt19937 random(5);
  int refused = 0;
  for (int i = 0; i < 30; ++i) {
    std::string damaged = whole;
    damaged[8 + random() % header] = "0123456789[]{},:\"xF"[random() % 19];
    WriteTestFile(folder + "/model.safetensors", damaged);
    const auto bundle = Import(folder);
    if (!bundle.ok()) ++refused;
    if (bundle.ok()) {
      EXPECT_TRUE(OpenEncoder(bundle->dir).ok());
    }
  }
  EXPECT_GT(refused, 20);
}

TEST(ImportClip, RefusesNamesThatAreNoneAndBundlesThatAreThere) {
  const std::string folder = WritePublished(OpenAiClip(ReadClipGolden("tiny-quick")));
  const std::string models = MakeTempDir();
  EXPECT_FALSE(ImportClip({folder, models, "../up", ""}).ok());
  EXPECT_TRUE(std::filesystem::is_empty(models));
  EXPECT_TRUE(ImportClip({folder, models, "published", ""}).ok());
  EXPECT_EQ(ImportClip({folder, models, "published", ""}).status().code(),
            absl::StatusCode::kAlreadyExists);
}

TEST(ImportClip, SaysWhatAFolderLacks) {
  EXPECT_THAT(ErrorOf(MakeTempDir()), HasSubstr("0 .safetensors files"));
  EXPECT_THAT(ErrorOf("/nowhere/at-all"), HasSubstr("/nowhere/at-all is not there"));
}

TEST(ImportClip, RefusesRelativesOfClip) {
  EXPECT_THAT(ErrorAfter([](auto& tensors) {
                tensors.push_back({"visual.trunk.x", TensorType::kF16, {1}, std::string(2, '\0')});
              }),
              HasSubstr("visual.trunk.x"));
  EXPECT_THAT(ErrorOf(WritePublished({{"a", TensorType::kF16, {1}, std::string(2, '\0')}})),
              HasSubstr("no CLIP weights"));
}

}  // namespace
}  // namespace imago
