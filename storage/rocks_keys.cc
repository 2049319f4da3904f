#include "storage/rocks_keys.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

namespace imago {
namespace {

static_assert(std::endian::native == std::endian::little, "vector values are stored as they lie");

template <typename T>
void PutNumber(T value, std::string& out) {
  for (int shift = 8 * (sizeof(T) - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> shift) & 0xff);
  }
}

void PutSigned(int32_t value, std::string& out) {
  PutNumber(static_cast<uint32_t>(value) ^ 0x80000000u, out);
}

void PutText(std::string_view text, std::string& out) {
  for (const char c : text) {
    out += c;
    if (c == '\0') out += '\xff';
  }
  out += '\0';
  out += '\x01';
}

// The takers remove what they read from the front of `in`, and are empty where it is malformed.
template <typename T>
std::optional<T> TakeNumber(std::string_view& in) {
  if (in.size() < sizeof(T)) return std::nullopt;
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = (value << 8) | static_cast<uint8_t>(in[i]);
  in.remove_prefix(sizeof(T));
  return value;
}

std::optional<std::string> TakeText(std::string_view& in) {
  std::string text;
  for (size_t i = 0; i + 1 < in.size(); ++i) {
    if (in[i] != '\0') {
      text += in[i];
      continue;
    }
    const char mark = in[++i];
    if (mark == '\x01') {
      in.remove_prefix(i + 1);
      return text;
    }
    if (mark != '\xff') return std::nullopt;
    text += '\0';
  }
  return std::nullopt;
}

absl::Status Malformed(std::string_view what) {
  return absl::DataLossError(fmt::format("the database has a malformed {}", what));
}

}  // namespace

std::string IndexKey(std::string_view id) { return fmt::format("I{}", id); }

std::string IndexValue(const IndexEntry& entry) {
  std::string value;
  PutNumber(entry.sequence, value);
  value += entry.removed ? 'r' : 'p';
  return value;
}

absl::StatusOr<IndexEntry> ParseIndexValue(std::string_view value) {
  const std::optional<uint64_t> sequence = TakeNumber<uint64_t>(value);
  if (!sequence || (value != "p" && value != "r")) return Malformed("item entry");
  return IndexEntry{*sequence, value == "r"};
}

std::string LogKey(uint64_t sequence) {
  std::string key = "L";
  PutNumber(sequence, key);
  return key;
}

std::string LogEnd() { return "M"; }

std::string LogValue(const LogRecord& record) {
  return record.removed ? fmt::format("r{}", record.item_id)
                        : fmt::format("p{}", EncodeItem(record.item));
}

absl::StatusOr<LogRecord> ParseLog(std::string_view key, std::string_view value) {
  if (!key.starts_with('L') || value.empty()) return Malformed("log record");
  key.remove_prefix(1);
  const std::optional<uint64_t> sequence = TakeNumber<uint64_t>(key);
  if (!sequence || !key.empty()) return Malformed("log key");
  const char mark = value.front();
  value.remove_prefix(1);
  if (mark == 'r') return LogRecord{*sequence, true, std::string(value), {}};
  if (mark != 'p') return Malformed("log record");
  absl::StatusOr<Item> item = DecodeItem(value);
  if (!item.ok()) return item.status();
  std::string id = item->id;
  return LogRecord{*sequence, false, std::move(id), *std::move(item)};
}

std::string VectorPrefix(std::string_view id) {
  std::string key = "V";
  PutText(id, key);
  return key;
}

std::string VectorPrefix(std::string_view id, std::string_view model) {
  std::string key = VectorPrefix(id);
  PutText(model, key);
  return key;
}

std::string VectorDbKey(const StoredVector& vector) {
  std::string key = VectorPrefix(vector.key.item_id, vector.model);
  key += static_cast<char>(vector.key.part);
  PutSigned(vector.key.begin_ms, key);
  PutSigned(vector.key.end_ms, key);
  return key;
}

std::string VectorValue(const StoredVector& vector) {
  return {reinterpret_cast<const char*>(vector.values.data()), vector.values.size() * sizeof(Half)};
}

absl::StatusOr<StoredVector> ParseVector(std::string_view key, std::string_view value) {
  if (!key.starts_with('V')) return Malformed("vector key");
  key.remove_prefix(1);
  std::optional<std::string> id = TakeText(key);
  std::optional<std::string> model = id ? TakeText(key) : std::nullopt;
  if (!model || key.size() != 9) return Malformed("vector key");
  if (value.empty() || value.size() % sizeof(Half) != 0) return Malformed("vector");
  StoredVector vector;
  vector.key.item_id = *std::move(id);
  vector.model = *std::move(model);
  vector.key.part = static_cast<RowPart>(*TakeNumber<uint8_t>(key));
  vector.key.begin_ms = static_cast<int32_t>(*TakeNumber<uint32_t>(key) ^ 0x80000000u);
  vector.key.end_ms = static_cast<int32_t>(*TakeNumber<uint32_t>(key) ^ 0x80000000u);
  vector.values.resize(value.size() / sizeof(Half));
  std::memcpy(vector.values.data(), value.data(), value.size());
  return vector;
}

std::string BlobPrefix(std::string_view kind) {
  std::string key = "B";
  PutText(kind, key);
  return key;
}

std::string BlobDbKey(std::string_view kind, std::string_view key) {
  return fmt::format("{}{}", BlobPrefix(kind), key);
}

}  // namespace imago
