#include "storage/cbor_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

namespace imago {
namespace {

constexpr int kMaxDepth = 16;  // of what is skipped
constexpr uint64_t kUsualFields = 16;

enum Major : uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };

constexpr uint8_t kFloat32 = 26;
constexpr uint8_t kFloat64 = 27;

struct Head {
  Major major;
  uint8_t info;
  uint64_t value;
};

double FloatOf(const Head& head) {
  return head.info == kFloat32 ? double{std::bit_cast<float>(static_cast<uint32_t>(head.value))}
                               : std::bit_cast<double>(head.value);
}

// Takes from the front of the bytes; what it returns is empty where they are malformed.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool AtEnd() const { return bytes_.empty(); }

  std::optional<Head> TakeHead() {
    if (bytes_.empty()) return std::nullopt;
    const uint8_t first = static_cast<uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    const Major major = static_cast<Major>(first >> 5);
    const uint8_t info = first & 31;
    if (info < 24) return Head{major, info, info};
    if (info > 27) return std::nullopt;
    const size_t width = size_t{1} << (info - 24);
    if (bytes_.size() < width) return std::nullopt;
    uint64_t value = 0;
    for (size_t i = 0; i < width; ++i) value = (value << 8) | static_cast<uint8_t>(bytes_[i]);
    bytes_.remove_prefix(width);
    return Head{major, info, value};
  }

  std::optional<std::string_view> TakeString(uint64_t size) {
    if (size > bytes_.size()) return std::nullopt;
    const std::string_view text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return text;
  }

  std::optional<CborField> TakeField() {
    const std::string_view whole = bytes_;
    const std::optional<Head> head = TakeHead();
    if (!head) return std::nullopt;
    if (head->major == kUnsigned) return head->value;
    if (head->major == kNegative && head->value <= INT64_MAX) {
      return -1 - static_cast<int64_t>(head->value);
    }
    if (head->major == kText) return TakeString(head->value);
    if (head->major == kSimple && (head->info == kFloat32 || head->info == kFloat64)) {
      return FloatOf(*head);
    }
    if (!Skip(*head, 0)) return std::nullopt;
    if (head->major != kArray && head->major != kMap) return Ignored();
    return Nested{whole.substr(0, whole.size() - bytes_.size())};
  }

 private:
  // What follows a head.
  bool Skip(const Head& head, int depth) {
    switch (head.major) {
      case kUnsigned:
      case kNegative:
      case kSimple:
        return true;
      case kBytes:
      case kText:
        if (head.value > bytes_.size()) return false;
        bytes_.remove_prefix(head.value);
        return true;
      case kArray:
        return SkipValues(head.value, depth);
      case kMap:
        return head.value <= bytes_.size() && SkipValues(2 * head.value, depth);
      case kTag:
        return SkipValues(1, depth);
    }
    return false;
  }

  bool SkipValues(uint64_t count, int depth) {
    if (depth == kMaxDepth || count > bytes_.size()) return false;
    for (; count > 0; --count) {
      const std::optional<Head> head = TakeHead();
      if (!head || !Skip(*head, depth + 1)) return false;
    }
    return true;
  }

  std::string_view bytes_;
};

absl::Status Malformed(std::string_view why) {
  return absl::DataLossError(fmt::format("malformed CBOR: {}", why));
}

}  // namespace

const CborField* CborFields::Find(std::string_view name) const {
  // A map has few fields, and most names differ in length already.
  const auto at = std::ranges::find(fields_, name, &NamedField::first);
  return at != fields_.end() ? &at->second : nullptr;
}

absl::StatusOr<CborFields> ReadCborMap(std::string_view bytes) {
  Reader reader(bytes);
  const std::optional<Head> map = reader.TakeHead();
  if (!map || map->major != kMap) return Malformed("it is no map");
  std::vector<NamedField> fields;
  fields.reserve(std::min<uint64_t>(map->value, kUsualFields));
  for (uint64_t i = 0; i < map->value; ++i) {
    const std::optional<Head> head = reader.TakeHead();
    if (!head || head->major != kText) return Malformed(fmt::format("name {} is no text", i));
    const std::optional<std::string_view> name = reader.TakeString(head->value);
    if (!name) return Malformed(fmt::format("name {} is cut off", i));
    const std::optional<CborField> field = reader.TakeField();
    if (!field) return Malformed(fmt::format("the value of field {} is malformed", i));
    fields.emplace_back(*name, *field);
  }
  if (!reader.AtEnd()) return Malformed("something follows the map");
  // Imago writes them in this order.
  if (!std::ranges::is_sorted(fields, {}, &NamedField::first)) {
    std::ranges::sort(fields, {}, &NamedField::first);
  }
  if (std::ranges::adjacent_find(fields, {}, &NamedField::first) != fields.end()) {
    return Malformed("a field is there twice");
  }
  return CborFields(std::move(fields));
}

absl::StatusOr<std::vector<CborField>> ReadCborList(std::string_view bytes) {
  Reader reader(bytes);
  const std::optional<Head> list = reader.TakeHead();
  if (!list || list->major != kArray) return Malformed("it is no list");
  std::vector<CborField> values;
  for (uint64_t i = 0; i < list->value; ++i) {
    const std::optional<CborField> value = reader.TakeField();
    if (!value) return Malformed(fmt::format("value {} is malformed", i));
    values.push_back(*value);
  }
  if (!reader.AtEnd()) return Malformed("something follows the list");
  return values;
}

}  // namespace imago
