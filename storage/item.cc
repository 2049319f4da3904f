#include "storage/item.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace imago {

std::string_view MediaKindName(MediaKind kind) {
  switch (kind) {
    case MediaKind::kImage:
      return "image";
    case MediaKind::kVideo:
      return "video";
    case MediaKind::kCaption:
      return "caption";
  }
  return "unknown";
}

std::string_view OriginName(Origin origin) {
  switch (origin) {
    case Origin::kLibrary:
      return "library";
    case Origin::kGenerated:
      return "generated";
  }
  return "unknown";
}

namespace {

bool IsJsonObject(const std::string& text) {
  if (text == "{}") return true;  // as of most items
  const size_t begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string::npos && text[begin] == '{' && nlohmann::json::accept(text);
}

}  // namespace

absl::Status CheckItem(const Item& item) {
  if (item.id.empty()) return absl::InvalidArgumentError("an item has no id");
  if (item.width < 0 || item.height < 0) {
    return absl::InvalidArgumentError(
        fmt::format("item '{}' has the size {} x {}", item.id, item.width, item.height));
  }
  if (!IsJsonObject(item.metadata_json)) {
    return absl::InvalidArgumentError(
        fmt::format("the metadata of item '{}' is no JSON object", item.id));
  }
  for (const Event& event : item.events) {
    if (const absl::Status checked = CheckEvent(event); !checked.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("item '{}': {}", item.id, std::string(checked.message())));
    }
  }
  return absl::OkStatus();
}

}  // namespace imago
