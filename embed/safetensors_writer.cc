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

// The tensor's size in bytes, as its shape asks for.
absl::StatusOr<uint64_t> CheckTensor(const TensorToStream& tensor, std::set<std::string>& names) {
  if (tensor.name == "__metadata__" || !names.insert(tensor.name).second) {
    return absl::InvalidArgumentError(
        fmt::format("tensor name \"{}\" is reserved or given twice", tensor.name));
  }
  const absl::StatusOr<uint64_t> bytes = TensorBytes(tensor.type, tensor.shape);
  if (bytes.ok()) return bytes;
  return absl::InvalidArgumentError(
      fmt::format("tensor \"{}\": {}", tensor.name, std::string(bytes.status().message())));
}

absl::StatusOr<std::string> MakeHeader(const std::vector<TensorToStream>& tensors,
                                       const std::map<std::string, std::string>& metadata) {
  Json root = Json::object();
  if (!metadata.empty()) root["__metadata__"] = metadata;
  uint64_t offset = 0;
  std::set<std::string> names;
  for (const TensorToStream& tensor : tensors) {
    const auto bytes = CheckTensor(tensor, names);
    if (!bytes.ok()) return bytes.status();
    const uint64_t end = offset + *bytes;
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

absl::StatusOr<std::string> ReadTensor(const TensorToStream& tensor) {
  auto bytes = tensor.read();
  if (!bytes.ok()) return bytes.status();
  const auto expected = TensorBytes(tensor.type, tensor.shape);
  if (expected.ok() && *expected == bytes->size()) return bytes;
  return absl::InvalidArgumentError(fmt::format(
      "tensor \"{}\" has {} bytes, which its shape does not ask for", tensor.name, bytes->size()));
}

}  // namespace

absl::Status StreamSafetensors(const std::string& path, const std::vector<TensorToStream>& tensors,
                               const std::map<std::string, std::string>& metadata) {
  const absl::StatusOr<std::string> header = MakeHeader(tensors, metadata);
  if (!header.ok()) return header.status();
  return WritePiecesDurably(path, tensors.size() + 1,
                            [&](size_t piece) -> absl::StatusOr<std::string> {
                              if (piece == 0) return *header;
                              return ReadTensor(tensors[piece - 1]);
                            });
}

absl::Status WriteSafetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                              const std::map<std::string, std::string>& metadata) {
  std::vector<TensorToStream> streamed;
  for (const TensorToWrite& tensor : tensors) {
    streamed.push_back({tensor.name, tensor.type, tensor.shape,
                        [&tensor]() -> absl::StatusOr<std::string> { return tensor.bytes; }});
  }
  return StreamSafetensors(path, streamed, metadata);
}

}  // namespace imago
