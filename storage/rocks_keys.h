#ifndef IMAGO_STORAGE_ROCKS_KEYS_H_
#define IMAGO_STORAGE_ROCKS_KEYS_H_

// The keys and values of the RocksDB store, format 1. One key space; the first byte says what a key
// is. Byte order of keys is the order of what they stand for, and ids may hold any bytes.
//
//   'F'                                        the format, in decimal
//   'I' id                                     sequence (8 bytes) and 'p' (put) or 'r' (removed)
//   'L' sequence (8 bytes)                     'p' and the item as CBOR, or 'r' and the id
//   'V' <id> <model> part (1) begin (4) end (4)  f16 values, little-endian
//   'B' <kind> key                             the bytes of a blob
//
// Numbers are big-endian, signed ones with the sign bit flipped. <text> is terminated: a zero byte
// in it is written 00 FF, its end 00 01.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "storage/store.h"

namespace imago {

inline constexpr char kRocksFormat[] = "1";
inline constexpr char kFormatKey[] = "F";

struct IndexEntry {
  uint64_t sequence = 0;
  bool removed = false;
};

std::string IndexKey(std::string_view id);
std::string IndexValue(const IndexEntry& entry);
absl::StatusOr<IndexEntry> ParseIndexValue(std::string_view value);

std::string LogKey(uint64_t sequence);
// The newest possible keys of the log come before this one.
std::string LogEnd();
std::string LogValue(const LogRecord& record);
absl::StatusOr<LogRecord> ParseLog(std::string_view key, std::string_view value);

// What all vector keys of an item start with.
std::string VectorPrefix(std::string_view id);
std::string VectorPrefix(std::string_view id, std::string_view model);
std::string VectorDbKey(const StoredVector& vector);
std::string VectorValue(const StoredVector& vector);
absl::StatusOr<StoredVector> ParseVector(std::string_view key, std::string_view value);

std::string BlobPrefix(std::string_view kind);
std::string BlobDbKey(std::string_view kind, std::string_view key);

}  // namespace imago

#endif  // IMAGO_STORAGE_ROCKS_KEYS_H_
