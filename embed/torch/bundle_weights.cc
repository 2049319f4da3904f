#include "embed/torch/bundle_weights.h"

#include <filesystem>
#include <vector>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr char kEventPrefix[] = "events.";
using Tensors = std::map<std::string, torch::Tensor>;

std::string PathIn(const std::string& dir, const char* name) {
  return (std::filesystem::path(dir) / name).string();
}

// The tensors of the events, or the others.
Tensors PartOf(const ClipModel& model, bool events) {
  Tensors part;
  for (const auto& [name, weight] : model.Weights()) {
    if (name.starts_with(kEventPrefix) == events) part[name] = weight;
  }
  return part;
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
  auto status = LoadFile(PathIn(dir, "weights.safetensors"), PartOf(model, false));
  if (!status.ok() || !model.events) return status;
  return LoadFile(PathIn(dir, "events.safetensors"), PartOf(model, true));
}

absl::Status SaveEventWeights(const ClipModel& model, const std::string& dir) {
  return SaveTensors(PartOf(model, true), PathIn(dir, "events.safetensors"), TensorType::kF16);
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
