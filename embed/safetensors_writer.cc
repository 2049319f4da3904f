#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "embed/safetensors.h"
#include "embed/safetensors_header.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kAlignment = 8;

absl::Status CheckTensor(const TensorToWrite& tensor, std::set<std::string>& names) {
  if (tensor.name == "__metadata__" || !names.insert(tensor.name).second) {
    return absl::InvalidArgumentError(
        fmt::format("tensor name \"{}\" is reserved or given twice", tensor.name));
  }
  const absl::StatusOr<uint64_t> bytes = TensorBytes(tensor.type, tensor.shape);
  if (bytes.ok() && *bytes == tensor.bytes.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("tensor \"{}\" has {} bytes, which its shape does not ask for", tensor.name,
                  tensor.bytes.size()));
}

absl::StatusOr<std::string> MakeHeader(const std::vector<TensorToWrite>& tensors,
                                       const std::map<std::string, std::string>& metadata) {
  Json root = Json::object();
  if (!metadata.empty()) root["__metadata__"] = metadata;
  uint64_t offset = 0;
  for (const TensorToWrite& tensor : tensors) {
    const uint64_t end = offset + tensor.bytes.size();
    root[tensor.name] = Json{{"dtype", std::string(TensorTypeName(tensor.type))},
                             {"shape", tensor.shape},
                             {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string json;
  try {
    json = root.dump();
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(fmt::format("a tensor's name or metadata: {}", error.what()));
  }
  json.append((kAlignment - json.size() % kAlignment) % kAlignment, ' ');
  std::string header;
  for (int i = 0; i < 8; ++i) header.push_back(static_cast<char>(json.size() >> (8 * i)));
  return header + json;
}

}  // namespace

absl::Status WriteSafetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                              const std::map<std::string, std::string>& metadata) {
  std::set<std::string> names;
  for (const TensorToWrite& tensor : tensors) {
    if (absl::Status status = CheckTensor(tensor, names); !status.ok()) return status;
  }
  absl::StatusOr<std::string> file = MakeHeader(tensors, metadata);
  if (!file.ok()) return file.status();
  for (const TensorToWrite& tensor : tensors) *file += tensor.bytes;
  return WriteFileDurably(path, *file);
}

}  // namespace imago
