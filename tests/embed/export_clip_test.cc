// What was imported comes out again, bit for bit.

#include "embed/export_clip.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "embed/import_clip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/published_clip.h"

namespace imago {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct Tensor {
  TensorType type;
  std::vector<int64_t> shape;
  std::string bytes;
  friend bool operator==(const Tensor&, const Tensor&) = default;
};
using Tensors = std::map<std::string, Tensor>;

Tensors ReadTensors(const std::string& path) {
  const auto file = SafetensorsFile::Open(path);
  if (!file.ok()) throw std::runtime_error(file.status().ToString());
  Tensors tensors;
  for (const auto& [name, info] : file->tensors()) {
    const std::string bytes(reinterpret_cast<const char*>(file->data(info)), info.end - info.begin);
    tensors[name] = {info.type, info.shape, bytes};
  }
  return tensors;
}

Tensors ToMap(const std::vector<TensorToWrite>& list) {
  Tensors tensors;
  for (const auto& tensor : list) tensors[tensor.name] = {tensor.type, tensor.shape, tensor.bytes};
  return tensors;
}

Bundle Import(const std::string& folder) {
  const auto bundle = ImportClip({folder, MakeTempDir(), "published", ""});
  if (!bundle.ok()) throw std::runtime_error(bundle.status().ToString());
  return *bundle;
}

std::string Export(const Bundle& bundle, const std::string& layout) {
  const auto path = ExportClip({bundle.dir, layout, MakeTempDir() + "/out.safetensors"});
  if (!path.ok()) throw std::runtime_error(path.status().ToString());
  return *path;
}

std::string ErrorOf(const Bundle& bundle, const std::string& layout) {
  const auto path = ExportClip({bundle.dir, layout, MakeTempDir() + "/out.safetensors"});
  return path.ok() ? "" : std::string(path.status().message());
}

std::vector<TensorToWrite> OpenAi(const std::string& name) {
  auto tensors = OpenAiClip(ReadClipGolden(name));
  tensors.push_back(
      {"input_resolution", TensorType::kI64, {}, std::string("\x20\0\0\0\0\0\0\0", 8)});
  return tensors;
}

std::vector<TensorToWrite> HuggingFace() {
  auto tensors = HuggingFaceClip(OpenAiClip(ReadClipGolden("tiny-quick")));
  tensors.push_back(
      {"vision_model.embeddings.position_ids", TensorType::kI64, {1, 2}, std::string(16, '\1')});
  return tensors;
}

std::string WithConfig(const std::string& folder) {
  WriteTestFile(folder + "/config.json",
                R"({"vision_config": {"num_attention_heads": 2},
                    "text_config": {"num_attention_heads": 1}})");
  return folder;
}

TEST(ExportClip, GivesBackOpenAisTensors) {
  for (const char* name : {"tiny-quick", "tiny-resnet"}) {
    const auto tensors = OpenAi(name);
    EXPECT_EQ(ReadTensors(Export(Import(WritePublished(tensors)), "")), ToMap(tensors)) << name;
  }
}

TEST(ExportClip, GivesBackHuggingFacesTensors) {
  const auto tensors = HuggingFace();
  EXPECT_EQ(ReadTensors(Export(Import(WithConfig(WritePublished(tensors))), "")), ToMap(tensors));
}

TEST(ExportClip, GivesBackOpenClipsTensors) {
  for (const char* name : {"tiny-gelu", "tiny-resnet"}) {
    const auto tensors = OpenClipWithTextTower(OpenAiClip(ReadClipGolden(name)));
    EXPECT_EQ(ReadTensors(Export(Import(WritePublished(tensors)), "")), ToMap(tensors)) << name;
  }
}

TEST(ExportClip, GivesBackSiglipsTensorsAndMetadata) {
  const SiglipGolden golden = ReadSiglipGolden("siglip-cut");
  const std::string path = Export(Import(WriteSiglip(golden)), "");
  EXPECT_EQ(ReadTensors(path), ToMap(SiglipTensors(golden)));
  EXPECT_EQ(SafetensorsFile::Open(path)->metadata().at("format"), "pt");
}

TEST(ExportClip, GivesBackTensorsOfEveryType) {
  auto tensors = OpenAiClip(ReadClipGolden("tiny-quick"));
  for (size_t i = 0; i < tensors.size(); i += 2) {
    if (tensors[i].type != TensorType::kF16) continue;
    const bool brain = i % 4 == 0;
    tensors[i].type = brain ? TensorType::kBF16 : TensorType::kF32;
    if (!brain) tensors[i].bytes += tensors[i].bytes;
  }
  EXPECT_EQ(ReadTensors(Export(Import(WritePublished(tensors)), "openai")), ToMap(tensors));
}

TEST(ExportClip, GivesBackShardsAsOneFile) {
  const auto tensors = OpenAiClip(ReadClipGolden("tiny-quick"));
  const std::string folder = WritePublished(tensors);
  std::filesystem::remove(folder + "/model.safetensors");
  nlohmann::json map;
  const size_t half = tensors.size() / 2;
  for (size_t i = 0; i < tensors.size(); ++i) {
    map[tensors[i].name] = i < half ? "a.safetensors" : "b.safetensors";
  }
  const auto middle = tensors.begin() + static_cast<std::ptrdiff_t>(half);
  ASSERT_TRUE(WriteSafetensors(folder + "/a.safetensors", {tensors.begin(), middle}, {}).ok());
  ASSERT_TRUE(WriteSafetensors(folder + "/b.safetensors", {middle, tensors.end()}, {}).ok());
  WriteTestFile(folder + "/model.safetensors.index.json",
                nlohmann::json{{"weight_map", map}}.dump());
  const Bundle bundle = Import(folder);
  EXPECT_EQ(bundle.id, Import(WritePublished(tensors)).id);
  const std::string path = Export(bundle, "");
  EXPECT_EQ(ReadTensors(path), ToMap(tensors));
  EXPECT_EQ(SafetensorsFile::Open(path)->metadata().at("format"), "pt");
}

TEST(ExportClip, TranslatesBetweenLayouts) {
  const auto open_ai = OpenAiClip(ReadClipGolden("tiny-quick"));
  const Bundle bundle = Import(WritePublished(open_ai));
  EXPECT_EQ(ReadTensors(Export(bundle, "hf")), ToMap(HuggingFaceClip(open_ai)));
  EXPECT_EQ(ReadTensors(Export(bundle, "openclip")), ToMap(OpenClipWithTextTower(open_ai)));
  const Bundle other = Import(WithConfig(WritePublished(HuggingFace())));
  EXPECT_EQ(ReadTensors(Export(other, "openai")), ToMap(open_ai));
}

TEST(ExportClip, MakesFoldersThatImportAsTheSameModel) {
  const Bundle vit = Import(WithConfig(WritePublished(HuggingFace())));
  for (const char* layout : {"hf", "openai", "openclip"}) {
    const std::string folder = MakeTempDir() + "/out";
    ASSERT_TRUE(ExportClip({vit.dir, layout, folder}).ok());
    EXPECT_EQ(Import(folder).id, vit.id) << layout;
  }
  const Bundle resnet = Import(WritePublished(OpenAi("tiny-resnet")));
  const Bundle siglip = Import(WriteSiglip(ReadSiglipGolden("siglip-cut")));
  for (const Bundle* bundle : {&resnet, &siglip}) {
    const std::string folder = MakeTempDir() + "/out";
    ASSERT_TRUE(ExportClip({bundle->dir, "", folder}).ok());
    EXPECT_EQ(Import(folder).id, bundle->id);
  }
}

TEST(ExportClip, WritesTheSameFileAgainAsTheFormatsOwnLibraryWouldSortIt) {
  const SiglipGolden golden = ReadSiglipGolden("siglip-tiny");
  const std::string folder = WriteSiglip(golden);
  EXPECT_EQ(ReadTestFile(Export(Import(folder), "")), ReadTestFile(folder + "/model.safetensors"));
}

TEST(ExportClip, RefusesLayoutsThatLackTheTowers) {
  const Bundle resnet = Import(WritePublished(OpenAi("tiny-resnet")));
  EXPECT_THAT(ErrorOf(resnet, "hf"), AllOf(HasSubstr("hf has no names"), HasSubstr("resnet")));
  const Bundle siglip = Import(WriteSiglip(ReadSiglipGolden("siglip-tiny")));
  EXPECT_THAT(ErrorOf(siglip, "openai"), HasSubstr("openai has no names"));
  EXPECT_THAT(ErrorOf(siglip, "onnx"), HasSubstr("no layout is called \"onnx\""));
}

TEST(ExportClip, RefusesModelsThatAreNoPublishedClip) {
  const Bundle bundle = Import(WriteSiglip(ReadSiglipGolden("siglip-tiny")));
  auto config = bundle.config;
  config.image_tower = {"efficientnet-lite2", {}, {}};
  WriteTestFile(bundle.dir + "/model.json", BundleConfigToJson(config));
  EXPECT_THAT(ErrorOf(bundle, "hf"), HasSubstr("\"efficientnet-lite2\" is none of CLIP's"));
}

TEST(ExportClip, AsksForTheLayoutWhereTheCardIsSilent) {
  const Bundle bundle = Import(WriteSiglip(ReadSiglipGolden("siglip-tiny")));
  auto config = bundle.config;
  config.card_json = R"({"layout": 5})";
  WriteTestFile(bundle.dir + "/model.json", BundleConfigToJson(config));
  EXPECT_THAT(ErrorOf(bundle, ""), HasSubstr("the card does not say"));
  EXPECT_EQ(ErrorOf(bundle, "hf"), "");
}

TEST(ExportClip, RefusesWeightsThatAreNotTheTowersAndOverwritesNothing) {
  const Bundle bundle = Import(WriteSiglip(ReadSiglipGolden("siglip-tiny")));
  const std::string out = MakeTempDir() + "/out.safetensors";
  ASSERT_TRUE(ExportClip({bundle.dir, "", out}).ok());
  EXPECT_EQ(ExportClip({bundle.dir, "", out}).status().code(), absl::StatusCode::kAlreadyExists);
  WriteTestFile(bundle.dir + "/weights.safetensors",
                ReadTestFile(WriteSiglip(ReadSiglipGolden("siglip-cut")) + "/model.safetensors"));
  EXPECT_NE(ErrorOf(bundle, ""), "");
}

}  // namespace
}  // namespace imago
