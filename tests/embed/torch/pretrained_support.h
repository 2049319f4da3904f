#ifndef IMAGO_TESTS_EMBED_TORCH_PRETRAINED_SUPPORT_H_
#define IMAGO_TESTS_EMBED_TORCH_PRETRAINED_SUPPORT_H_

// What the parity tests of the pretrained towers share; the twin of make_pretrained_goldens.py.

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "embed/safetensors.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/noise.h"
#include "tests/support/pretrained.h"
#include "torch/torch.h"

namespace imago {

inline const nlohmann::json& PretrainedGoldens() {
  static const nlohmann::json goldens =
      nlohmann::json::parse(ReadTestFile(SourcePath("tests/golden/pretrained_goldens.json")));
  return goldens;
}

inline std::map<std::string, torch::Tensor> NamedWeights(const torch::nn::Module& module) {
  std::map<std::string, torch::Tensor> weights;
  for (const auto& entry : module.named_parameters()) weights[entry.key()] = entry.value();
  for (const auto& entry : module.named_buffers()) {
    if (entry.value().is_floating_point()) weights[entry.key()] = entry.value();
  }
  return weights;
}

inline void FillWithNoise(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (auto& [name, weight] : NamedWeights(module)) {
    std::vector<float> noise = Noise(NameSeed(name), weight.numel());
    torch::Tensor values = torch::from_blob(noise.data(), weight.sizes());
    if (name.ends_with("running_var")) {
      values = values + 0.5;
    } else if (weight.dim() == 1) {
      values = values * 0.5 + (name.ends_with("weight") ? 0.75 : -0.25);
    } else {
      values = (values * 2 - 1) * (2 / std::sqrt(weight.numel() / double(weight.size(0))));
    }
    weight.copy_(values);
  }
}

// Every weight of the module from the file, and nothing left over.
inline void LoadAll(torch::nn::Module& module, const std::string& path) {
  const torch::NoGradGuard no_grad;
  const absl::StatusOr<SafetensorsFile> file = SafetensorsFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  const auto weights = NamedWeights(module);
  EXPECT_EQ(weights.size(), file->tensors().size());
  for (const auto& [name, weight] : weights) {
    absl::StatusOr<std::vector<float>> values = file->ReadFloats(name);
    ASSERT_TRUE(values.ok()) << values.status();
    ASSERT_EQ(weight.sizes().vec(), file->tensors().at(name).shape) << name;
    weight.copy_(torch::from_blob(values->data(), weight.sizes()));
  }
}

inline double LargestDifference(const torch::Tensor& found, const nlohmann::json& golden) {
  const auto values = golden.get<std::vector<double>>();
  const torch::Tensor flat = found.detach().to(torch::kFloat64).contiguous().view({-1});
  if (flat.numel() != static_cast<int64_t>(values.size())) return INFINITY;
  double largest = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double difference = std::abs(flat[i].item<double>() - values[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

}  // namespace imago

#endif  // IMAGO_TESTS_EMBED_TORCH_PRETRAINED_SUPPORT_H_
