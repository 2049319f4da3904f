#include <fmt/format.h>

#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "storage/cbor_reader.h"
#include "storage/item.h"

namespace imago {
namespace {

using Fields = std::map<std::string, CborField>;

constexpr uint64_t kVersion = 1;
// Takes typed fields out of a map; the first fault is kept and later calls do nothing.
class FieldTaker {
 public:
  explicit FieldTaker(Fields& fields) : fields_(fields) {}

  void Text(const char* name, std::string& out) {
    if (CborField* field = Find(name)) {
      std::string* text = std::get_if<std::string>(field);
      if (text == nullptr) return Fault(fmt::format("the field '{}' is no text", name));
      out = std::move(*text);
    }
  }

  // A whole number in [low, high].
  template <typename T>
  void Number(const char* name, T low, T high, T& out) {
    if (const CborField* field = Find(name)) {
      const std::optional<T> value = InRange(*field, low, high);
      if (!value)
        return Fault(fmt::format("the field '{}' is no number in {} .. {}", name, low, high));
      out = *value;
    }
  }

  const std::string& fault() const { return fault_; }

 private:
  CborField* Find(const char* name) {
    if (!fault_.empty()) return nullptr;
    const auto found = fields_.find(name);
    if (found != fields_.end()) return &found->second;
    Fault(fmt::format("the field '{}' is missing", name));
    return nullptr;
  }

  template <typename T>
  static std::optional<T> InRange(const CborField& field, T low, T high) {
    if (const auto* value = std::get_if<uint64_t>(&field)) {
      if (std::cmp_greater_equal(*value, low) && std::cmp_less_equal(*value, high)) {
        return static_cast<T>(*value);
      }
    }
    if (const auto* value = std::get_if<int64_t>(&field)) {
      if (std::cmp_greater_equal(*value, low) && std::cmp_less_equal(*value, high)) {
        return static_cast<T>(*value);
      }
    }
    return std::nullopt;
  }

  void Fault(std::string fault) { fault_ = std::move(fault); }

  Fields& fields_;
  std::string fault_;
};

absl::Status Damaged(const std::string& why) {
  return absl::DataLossError(fmt::format("an item does not decode: {}", why));
}

void TakeItem(FieldTaker& taker, Item& item) {
  uint64_t kind = 0;
  uint64_t origin = 0;
  taker.Text("id", item.id);
  taker.Number<uint64_t>("kind", 0, static_cast<uint64_t>(MediaKind::kCaption), kind);
  taker.Number<uint64_t>("origin", 0, static_cast<uint64_t>(Origin::kGenerated), origin);
  taker.Text("uri", item.uri);
  taker.Text("sha256", item.sha256);
  taker.Number<uint64_t>("bytes", 0, std::numeric_limits<uint64_t>::max(), item.bytes);
  taker.Number<int64_t>("modified_ms", std::numeric_limits<int64_t>::min(),
                        std::numeric_limits<int64_t>::max(), item.modified_ms);
  taker.Number<int>("width", 0, std::numeric_limits<int>::max(), item.width);
  taker.Number<int>("height", 0, std::numeric_limits<int>::max(), item.height);
  taker.Text("caption", item.caption);
  taker.Text("metadata", item.metadata_json);
  item.kind = static_cast<MediaKind>(kind);
  item.origin = static_cast<Origin>(origin);
}

}  // namespace

std::string EncodeItem(const Item& item) {
  const nlohmann::json fields = {{"v", kVersion},
                                 {"id", item.id},
                                 {"kind", static_cast<uint64_t>(item.kind)},
                                 {"origin", static_cast<uint64_t>(item.origin)},
                                 {"uri", item.uri},
                                 {"sha256", item.sha256},
                                 {"bytes", item.bytes},
                                 {"modified_ms", item.modified_ms},
                                 {"width", item.width},
                                 {"height", item.height},
                                 {"caption", item.caption},
                                 {"metadata", item.metadata_json}};
  std::string cbor;
  nlohmann::json::to_cbor(fields, cbor);
  return cbor;
}

absl::StatusOr<Item> DecodeItem(std::string_view cbor) {
  absl::StatusOr<Fields> fields = ReadCborMap(cbor);
  if (!fields.ok()) return Damaged(std::string(fields.status().message()));
  FieldTaker version_taker(*fields);
  uint64_t version = 0;
  version_taker.Number<uint64_t>("v", 0, std::numeric_limits<uint64_t>::max(), version);
  if (!version_taker.fault().empty()) return Damaged(version_taker.fault());
  if (version != kVersion) {
    return Damaged(fmt::format("it has version {}, this program reads {}", version, kVersion));
  }
  Item item;
  FieldTaker taker(*fields);
  TakeItem(taker, item);
  if (!taker.fault().empty()) return Damaged(taker.fault());
  if (const absl::Status checked = CheckItem(item); !checked.ok()) {
    return Damaged(std::string(checked.message()));
  }
  return item;
}

}  // namespace imago
