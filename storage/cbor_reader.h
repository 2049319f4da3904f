#ifndef IMAGO_STORAGE_CBOR_READER_H_
#define IMAGO_STORAGE_CBOR_READER_H_

// Reads CBOR (RFC 8949) out of untrusted bytes: a map of named values, or a list of values, one
// level at a time. Only definite lengths; nlohmann's reader follows nested arrays and strings into
// any depth and so uses up the stack. All that is read are views of the bytes.

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

// A value of a kind that is not here is skipped and told as Ignored.
struct Ignored {};
// A list or map, at most 16 deep, as its own bytes.
struct Nested {
  std::string_view bytes;
};
// int64_t: negative numbers; double: floating-point ones of 32 or 64 bits.
using CborField = std::variant<Ignored, uint64_t, int64_t, double, std::string_view, Nested>;

using NamedField = std::pair<std::string_view, CborField>;

class CborFields {
 public:
  // `fields` have each name once.
  explicit CborFields(std::vector<NamedField> fields) : fields_(std::move(fields)) {}
  // Null where there is none of that name.
  const CborField* Find(std::string_view name) const;

 private:
  std::vector<NamedField> fields_;
};

// kDataLoss, saying why, when the bytes are anything but one such map with each name once.
absl::StatusOr<CborFields> ReadCborMap(std::string_view bytes);
// kDataLoss, saying why, when the bytes are anything but one list.
absl::StatusOr<std::vector<CborField>> ReadCborList(std::string_view bytes);

}  // namespace imago

#endif  // IMAGO_STORAGE_CBOR_READER_H_
