#include "embed/torch/bundle_weights.h"

#include <filesystem>
#include <vector>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr char kMainFile[] = "weights.safetensors";
using Tensors = std::map<std::string, torch::Tensor>;

std::string PathIn(const std::string& dir, const std::string& name) {
  return (std::filesystem::path(dir) / name).string();
}

// A model's tensors by the files that they are in.
std::map<std::string, Tensors> ByFile(const ClipModel& model) {
  std::map<std::string, Tensors> files;
  for (const auto& [name, weight] : model.Weights()) {
    const std::string part = name.substr(0, name.find('.'));
    const bool reader = part == "events" || part == "relations";
    files[reader ? part + ".safetensors" : kMainFile][name] = weight;
  }
  return files;
}

absl::Status LoadFile(const std::string& path, Tensors weights) {
  const auto file = SafetensorsFile::Open(path);
  if (!file.ok()) return file.status();
  const auto status = LoadTensors(*file, weights);
  if (status.ok()) return status;
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

}  // namespace

absl::Status LoadBundleWeights(const std::string& dir, ClipModel& model) {
  for (const auto& [file, weights] : ByFile(model)) {
    if (auto status = LoadFile(PathIn(dir, file), weights); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SaveReaderWeights(const ClipModel& model, const std::string& dir) {
  for (const auto& [file, weights] : ByFile(model)) {
    if (file == kMainFile) continue;
    auto status = SaveTensors(weights, PathIn(dir, file), TensorType::kF16);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SaveTensors(const Tensors& weights, const std::string& path, TensorType type) {
  const torch::ScalarType stored = type == TensorType::kF16 ? torch::kFloat16 : torch::kFloat32;
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, weight] : weights) {
    const torch::Tensor values = weight.detach().to(torch::kCPU, stored).contiguous();
    if (!torch::isfinite(values).all().item<bool>()) {
      return absl::InvalidArgumentError(
          fmt::format("tensor {} is not finite as {}", name, TensorTypeName(type)));
    }
    tensors.push_back({name, type, values.sizes().vec(),
                       std::string(static_cast<const char*>(values.data_ptr()), values.nbytes())});
  }
  return WriteSafetensors(path, tensors, {{"format", "pt"}});
}

}  // namespace imago
