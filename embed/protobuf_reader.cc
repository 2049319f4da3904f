#include "embed/protobuf_reader.h"

namespace imago {

std::optional<ProtobufField> ProtobufReader::Broken() {
  broken_ = true;
  return std::nullopt;
}

std::optional<uint64_t> ProtobufReader::TakeVarint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 70 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    if (shift < 64) value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> ProtobufReader::TakeBytes(uint64_t size) {
  if (size > rest_.size()) return std::nullopt;
  const std::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

std::optional<ProtobufField> ProtobufReader::Next() {
  if (broken_ || rest_.empty()) return std::nullopt;
  const std::optional<uint64_t> tag = TakeVarint();
  if (!tag || *tag > UINT32_MAX || *tag < 8) return Broken();
  ProtobufField field{static_cast<uint32_t>(*tag >> 3), static_cast<uint32_t>(*tag & 7), 0, {}};
  uint64_t size = 0;
  if (field.wire_type == 0 || field.wire_type == 2) {
    const std::optional<uint64_t> number = TakeVarint();
    if (!number) return Broken();
    if (field.wire_type == 0) {
      field.varint = *number;
      return field;
    }
    size = *number;
  } else if (field.wire_type == 1) {
    size = 8;
  } else if (field.wire_type == 5) {
    size = 4;
  } else {
    return Broken();
  }
  const std::optional<std::string_view> bytes = TakeBytes(size);
  if (!bytes) return Broken();
  field.bytes = *bytes;
  return field;
}

}  // namespace imago
