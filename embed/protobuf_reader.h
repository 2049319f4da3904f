#ifndef IMAGO_EMBED_PROTOBUF_READER_H_
#define IMAGO_EMBED_PROTOBUF_READER_H_

// Walks the fields of a protocol buffer message, without a schema.

#include <cstdint>
#include <optional>
#include <string_view>

namespace imago {

struct ProtobufField {
  uint32_t number = 0;
  uint32_t wire_type = 0;  // 0 varint, 1 fixed 64 bit, 2 bytes, 5 fixed 32 bit
  uint64_t varint = 0;     // of wire type 0
  std::string_view bytes;  // of the others
};

class ProtobufReader {
 public:
  explicit ProtobufReader(std::string_view message) : rest_(message) {}
  // The next field; none at the end and where the message is broken.
  std::optional<ProtobufField> Next();
  bool broken() const { return broken_; }

 private:
  std::optional<uint64_t> TakeVarint();
  std::optional<std::string_view> TakeBytes(uint64_t size);
  std::optional<ProtobufField> Broken();

  std::string_view rest_;
  bool broken_ = false;
};

}  // namespace imago

#endif  // IMAGO_EMBED_PROTOBUF_READER_H_
