#include "embed/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <utility>

#include "embed/strict_json.h"

namespace imago {
namespace {

using Json = nlohmann::json;

struct TypeFacts {
  TensorType type;
  std::string_view name;
  size_t size;
};
constexpr std::array<TypeFacts, 6> kTypes = {{{TensorType::kF32, "F32", 4},
                                              {TensorType::kF16, "F16", 2},
                                              {TensorType::kBF16, "BF16", 2},
                                              {TensorType::kI64, "I64", 8},
                                              {TensorType::kI32, "I32", 4},
                                              {TensorType::kU8, "U8", 1}}};

const TypeFacts& FactsOf(TensorType type) {
  return *std::find_if(kTypes.begin(), kTypes.end(),
                       [type](const TypeFacts& facts) { return facts.type == type; });
}

absl::Status Broken(const std::string& what) { return absl::DataLossError("safetensors: " + what); }

// A JSON integer from 0 to the largest int64.
std::optional<int64_t> Natural(const Json& value) {
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (!value.is_number_unsigned() || value.get<uint64_t>() > kMax) return std::nullopt;
  return value.get<int64_t>();
}

std::optional<std::vector<int64_t>> Naturals(const Json& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<int64_t> numbers;
  for (const Json& element : value) {
    const std::optional<int64_t> number = Natural(element);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

absl::StatusOr<TensorType> ParseType(const std::string& name, const Json& value) {
  if (!value.is_string()) return Broken(fmt::format("dtype of \"{}\" is no word", name));
  for (const TypeFacts& facts : kTypes) {
    if (facts.name == value.get_ref<const std::string&>()) return facts.type;
  }
  return absl::UnimplementedError(
      fmt::format("safetensors: dtype {} of \"{}\" is not one that Imago reads",
                  value.get_ref<const std::string&>(), name));
}

absl::Status CheckKeys(const std::string& name, const Json& value) {
  if (!value.is_object()) return Broken(fmt::format("\"{}\" is no object", name));
  for (const char* key : {"dtype", "shape", "data_offsets"}) {
    if (!value.contains(key)) return Broken(fmt::format("\"{}\" has no {}", name, key));
  }
  if (value.size() != 3) return Broken(fmt::format("\"{}\" has a key that is unknown", name));
  return absl::OkStatus();
}

absl::StatusOr<TensorInfo> ParseTensor(const std::string& name, const Json& value,
                                       uint64_t data_size) {
  if (absl::Status status = CheckKeys(name, value); !status.ok()) return status;
  absl::StatusOr<TensorType> type = ParseType(name, value["dtype"]);
  if (!type.ok()) return type.status();
  std::optional<std::vector<int64_t>> shape = Naturals(value["shape"]);
  if (!shape) return Broken(fmt::format("shape of \"{}\" is no list of sizes", name));
  const std::optional<std::vector<int64_t>> offsets = Naturals(value["data_offsets"]);
  if (!offsets || offsets->size() != 2) {
    return Broken(fmt::format("data_offsets of \"{}\" are no pair of numbers", name));
  }
  const auto begin = static_cast<uint64_t>((*offsets)[0]);
  const auto end = static_cast<uint64_t>((*offsets)[1]);
  if (begin > end || end > data_size) {
    return Broken(fmt::format("data_offsets of \"{}\" are {} to {}, the file has {} bytes of data",
                              name, begin, end, data_size));
  }
  const absl::StatusOr<uint64_t> bytes = TensorBytes(*type, *shape);
  if (!bytes.ok()) return Broken(fmt::format("shape of \"{}\" is too large", name));
  if (*bytes != end - begin) {
    return Broken(fmt::format("\"{}\" holds {} bytes, its shape and dtype ask for {}", name,
                              end - begin, *bytes));
  }
  return TensorInfo{*type, *std::move(shape), begin, end};
}

absl::Status ParseMetadata(const Json& value, std::map<std::string, std::string>& metadata) {
  if (!value.is_object()) return Broken("__metadata__ is no object");
  for (const auto& [key, word] : value.items()) {
    if (!word.is_string()) return Broken(fmt::format("__metadata__ \"{}\" is no word", key));
    metadata[key] = word.get<std::string>();
  }
  return absl::OkStatus();
}

// Every byte of data belongs to exactly one tensor.
absl::Status CheckLayout(const std::map<std::string, TensorInfo>& tensors, uint64_t data_size) {
  std::vector<std::tuple<uint64_t, uint64_t, const std::string*>> spans;
  for (const auto& [name, info] : tensors) spans.emplace_back(info.begin, info.end, &name);
  std::sort(spans.begin(), spans.end());
  uint64_t reached = 0;
  for (const auto& [begin, end, name] : spans) {
    if (begin < reached) return Broken(fmt::format("\"{}\" overlaps another tensor", *name));
    if (begin > reached) return Broken(fmt::format("there is a gap before \"{}\"", *name));
    reached = end;
  }
  if (reached == data_size) return absl::OkStatus();
  return Broken(fmt::format("the tensors end at byte {}, the data at byte {}", reached, data_size));
}

}  // namespace

size_t TensorTypeSize(TensorType type) { return FactsOf(type).size; }

std::string_view TensorTypeName(TensorType type) { return FactsOf(type).name; }

absl::StatusOr<uint64_t> TensorBytes(TensorType type, const std::vector<int64_t>& shape) {
  int64_t bytes = static_cast<int64_t>(TensorTypeSize(type));
  for (const int64_t side : shape) {
    if (side < 0 || __builtin_mul_overflow(bytes, side, &bytes)) {
      return Broken("a shape is negative or too large");
    }
  }
  return static_cast<uint64_t>(bytes);
}

absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(std::string_view json,
                                                         uint64_t data_size) {
  if (json.empty() || json.front() != '{') return Broken("the header does not start with {");
  if (absl::Status status = CheckStrictJson(json, 3); !status.ok()) {
    return Broken("header: " + std::string(status.message()));
  }
  const Json root = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  SafetensorsHeader header;
  for (const auto& [name, value] : root.items()) {
    if (name == "__metadata__") {
      if (absl::Status status = ParseMetadata(value, header.metadata); !status.ok()) return status;
      continue;
    }
    absl::StatusOr<TensorInfo> info = ParseTensor(name, value, data_size);
    if (!info.ok()) return info.status();
    header.tensors.emplace(name, *std::move(info));
  }
  if (absl::Status status = CheckLayout(header.tensors, data_size); !status.ok()) return status;
  return header;
}

}  // namespace imago
