#include "embed/safetensors.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <utility>

#include "embed/safetensors_header.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;
constexpr size_t kLengthBytes = 8;

uint64_t LittleEndian64(const char* bytes) {
  uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

std::vector<float> FromF32(const uint8_t* bytes, size_t count) {
  std::vector<float> values(count);
  if (count > 0) std::memcpy(values.data(), bytes, count * sizeof(float));
  return values;
}

std::vector<float> FromF16(const uint8_t* bytes, size_t count) {
  std::vector<Half> halves(count);
  if (count > 0) std::memcpy(halves.data(), bytes, count * sizeof(Half));
  std::vector<float> values(count);
  ActiveKernels().to_f32(halves.data(), values.data(), count);
  return values;
}

std::vector<float> FromBf16(const uint8_t* bytes, size_t count) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    const uint32_t bits = uint32_t{bytes[2 * i]} << 16 | uint32_t{bytes[2 * i + 1]} << 24;
    values[i] = std::bit_cast<float>(bits);
  }
  return values;
}

absl::Status InFile(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

}  // namespace

std::string_view SafetensorsFile::file() const { return bytes_.empty() ? mapped_.bytes() : bytes_; }

absl::Status SafetensorsFile::Check() {
  const std::string_view bytes = file();
  if (bytes.size() < kLengthBytes) {
    return absl::DataLossError(fmt::format("safetensors: only {} bytes", bytes.size()));
  }
  const uint64_t length = LittleEndian64(bytes.data());
  const uint64_t rest = bytes.size() - kLengthBytes;
  if (length > kMaxHeaderBytes || length > rest) {
    return absl::DataLossError(
        fmt::format("safetensors: a header of {} bytes, {} follow, {} is the limit", length, rest,
                    kMaxHeaderBytes));
  }
  absl::StatusOr<SafetensorsHeader> header =
      ParseSafetensorsHeader(bytes.substr(kLengthBytes, length), rest - length);
  if (!header.ok()) return header.status();
  data_begin_ = kLengthBytes + length;
  tensors_ = std::move(header->tensors);
  metadata_ = std::move(header->metadata);
  return absl::OkStatus();
}

absl::StatusOr<SafetensorsFile> SafetensorsFile::Open(const std::string& path) {
  absl::StatusOr<MappedFile> mapped = MappedFile::Open(path);
  if (!mapped.ok()) return mapped.status();
  SafetensorsFile file;
  file.mapped_ = *std::move(mapped);
  const absl::Status checked = file.Check();
  if (!checked.ok()) return InFile(path, checked);
  return file;
}

absl::StatusOr<SafetensorsFile> SafetensorsFile::Parse(std::string bytes) {
  SafetensorsFile file;
  file.bytes_ = std::move(bytes);
  if (absl::Status status = file.Check(); !status.ok()) return status;
  return file;
}

const uint8_t* SafetensorsFile::data(const TensorInfo& info) const {
  return reinterpret_cast<const uint8_t*>(file().data()) + data_begin_ + info.begin;
}

absl::StatusOr<std::vector<float>> SafetensorsFile::ReadFloats(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    return absl::NotFoundError(fmt::format("no tensor \"{}\" in the weights", name));
  }
  const TensorInfo& info = found->second;
  const size_t count = (info.end - info.begin) / TensorTypeSize(info.type);
  switch (info.type) {
    case TensorType::kF32:
      return FromF32(data(info), count);
    case TensorType::kF16:
      return FromF16(data(info), count);
    case TensorType::kBF16:
      return FromBf16(data(info), count);
    default:
      return absl::InvalidArgumentError(
          fmt::format("tensor \"{}\" is {}, no float type", name, TensorTypeName(info.type)));
  }
}

}  // namespace imago
