#ifndef IMAGO_STORAGE_CBOR_READER_H_
#define IMAGO_STORAGE_CBOR_READER_H_

// Reads a CBOR map (RFC 8949) of named numbers and texts out of untrusted bytes. Only definite
// lengths; nlohmann's reader follows nested arrays and strings into any depth and so uses up the
// stack.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"

namespace imago {

// A value of another kind than a number or a text is skipped and told as Ignored.
struct Ignored {};
using CborField = std::variant<Ignored, uint64_t, int64_t, std::string>;  // int64_t: negative ones

// kDataLoss, saying why, when the bytes are anything but one such map with each name once.
absl::StatusOr<std::map<std::string, CborField>> ReadCborMap(std::string_view bytes);

}  // namespace imago

#endif  // IMAGO_STORAGE_CBOR_READER_H_
