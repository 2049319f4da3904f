#include "embed/torch/clip_model.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using testing::AllOf;
using testing::HasSubstr;

BundleConfig TinyConfig() {
  BundleConfig config;
  config.dim = 16;
  config.image_tower = {"modified-resnet",
                        {{"size", 32},
                         {"width", 8},
                         {"heads", 4},
                         {"blocks1", 1},
                         {"blocks2", 1},
                         {"blocks3", 1},
                         {"blocks4", 1}},
                        {}};
  config.text_tower = {"clip-text",
                       {{"context", 8}, {"width", 32}, {"layers", 1}, {"heads", 2}},
                       {{"activation", "gelu"}}};
  return config;
}

std::shared_ptr<ClipModel> TinyModel(uint64_t seed) {
  torch::manual_seed(seed);
  return *ClipModel::Make(TinyConfig(), 50);
}

// Loads the tensors of a model after `change` had its way with them.
template <typename Change>
absl::Status LoadChanged(Change change) {
  const std::string path = MakeTempDir() + "/weights.safetensors";
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, weight] : TinyModel(1)->Weights()) {
    tensors.push_back(
        {name, TensorType::kF32, weight.sizes().vec(), std::string(weight.nbytes(), '\0')});
  }
  change(tensors);
  EXPECT_TRUE(WriteSafetensors(path, tensors, {}).ok());
  const auto model = TinyModel(2);
  return LoadWeights(*SafetensorsFile::Open(path), *model);
}

TEST(ClipModel, ComesBackFromAFileBitForBit) {
  const std::string path = MakeTempDir() + "/weights.safetensors";
  const auto saved = TinyModel(1);
  ASSERT_TRUE(SaveWeights(*saved, path, TensorType::kF32).ok());
  const auto loaded = TinyModel(2);
  ASSERT_TRUE(LoadWeights(*SafetensorsFile::Open(path), *loaded).ok());
  const auto weights = loaded->Weights();
  EXPECT_GT(weights.size(), 50u);
  for (const auto& [name, weight] : saved->Weights()) {
    EXPECT_TRUE(torch::equal(weight, weights.at(name))) << name;
  }
}

TEST(ClipModel, IsStoredInHalfPrecisionByDefault) {
  const std::string path = MakeTempDir() + "/weights.safetensors";
  const auto saved = TinyModel(1);
  ASSERT_TRUE(SaveWeights(*saved, path).ok());
  const auto file = SafetensorsFile::Open(path);
  ASSERT_TRUE(file.ok());
  for (const auto& [name, info] : file->tensors()) EXPECT_EQ(info.type, TensorType::kF16) << name;
  const auto loaded = TinyModel(2);
  ASSERT_TRUE(LoadWeights(*file, *loaded).ok());
  const torch::Tensor half = saved->Weights().at("text.text_projection").to(torch::kFloat16);
  EXPECT_TRUE(torch::equal(loaded->Weights().at("text.text_projection"), half.to(torch::kFloat32)));
}

TEST(ClipModel, KeepsStatisticsAndLeavesCountersOut) {
  const auto weights = TinyModel(1)->Weights();
  EXPECT_EQ(weights.count("image.bn1.running_mean"), 1u);
  EXPECT_EQ(weights.count("image.bn1.num_batches_tracked"), 0u);
  EXPECT_NEAR(weights.at("logit_scale").item<float>(), 2.6593, 1e-4);
}

TEST(ClipModel, NamesAMissingTensor) {
  const auto status = LoadChanged([](auto& tensors) {
    std::erase_if(tensors, [](const auto& t) { return t.name == "image.conv2.weight"; });
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "1 tensor missing: image.conv2.weight");
}

TEST(ClipModel, NamesSurplusTensors) {
  const auto status = LoadChanged([](auto& tensors) {
    for (const char* name : {"image.a", "text.b"}) {
      tensors.push_back({name, TensorType::kF32, {1}, std::string(4, '\0')});
    }
  });
  EXPECT_EQ(status.message(), "2 tensors surplus: image.a, text.b");
}

TEST(ClipModel, NamesATensorOfAnotherShape) {
  const auto status = LoadChanged([](auto& tensors) {
    for (auto& t : tensors) {
      if (t.name == "text.text_projection") t.shape = {16, 32};
    }
  });
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("text.text_projection"),
                                                   HasSubstr("[16, 32]"), HasSubstr("[32, 16]")));
}

TEST(ClipModel, RefusesWholeNumbersAsWeights) {
  const auto status = LoadChanged([](auto& tensors) {
    for (auto& t : tensors) {
      if (t.name == "text.ln_final.bias") t.type = TensorType::kI32;
    }
  });
  EXPECT_EQ(status.message(), "tensor text.ln_final.bias is not floating point");
}

TEST(ClipModel, IsNotSavedWithValuesBeyondHalfPrecision) {
  const auto model = TinyModel(1);
  const torch::NoGradGuard no_grad;
  model->Weights().at("image.conv1.weight").view(-1)[3] = 1e6;
  const std::string path = MakeTempDir() + "/weights.safetensors";
  EXPECT_EQ(SaveWeights(*model, path).message(), "tensor image.conv1.weight is not finite as F16");
  EXPECT_TRUE(SaveWeights(*model, path, TensorType::kF32).ok());
}

TEST(UseBfloat16, LeavesNormalisationInFullPrecision) {
  const auto model = TinyModel(1);
  UseBfloat16(*model);
  const auto weights = model->Weights();
  EXPECT_EQ(weights.at("text.ln_final.weight").scalar_type(), torch::kFloat32);
  EXPECT_EQ(weights.at("image.bn1.running_var").scalar_type(), torch::kFloat32);
  EXPECT_EQ(weights.at("text.text_projection").scalar_type(), torch::kBFloat16);
  EXPECT_EQ(weights.at("image.layer1.0.conv1.weight").scalar_type(), torch::kBFloat16);
}

}  // namespace
}  // namespace imago
