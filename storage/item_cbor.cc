#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "storage/cbor_fields.h"
#include "storage/event_cbor.h"
#include "storage/item.h"

namespace imago {
namespace {

constexpr uint64_t kVersion = 1;

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
  nlohmann::json fields = {{"v", kVersion},
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
  if (!item.events.empty()) fields["events"] = EventsToFields(item.events);
  std::string cbor;
  nlohmann::json::to_cbor(fields, cbor);
  return cbor;
}

absl::StatusOr<Item> DecodeItem(std::string_view cbor) {
  const absl::StatusOr<CborFields> fields = ReadCborMap(cbor);
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
  if (const CborField* found = fields->Find("events")) {
    auto events = EventsFromFields(*found);
    if (!events.ok()) return Damaged(std::string(events.status().message()));
    item.events = *std::move(events);
  }
  if (const absl::Status checked = CheckItem(item); !checked.ok()) {
    return Damaged(std::string(checked.message()));
  }
  return item;
}

}  // namespace imago
