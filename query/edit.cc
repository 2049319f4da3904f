#include "query/edit.h"

#include <algorithm>

#include "embed/strict_json.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "storage/utf8.h"

namespace imago {
namespace {

using nlohmann::ordered_json;

constexpr size_t kMaxIdBytes = 512;
constexpr size_t kMaxTextBytes = 64 << 10;
constexpr int kMaxDepth = 16;

absl::Status Wrong(const std::string& field, const std::string& what) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", field, what));
}

absl::StatusOr<ordered_json> ParseObject(const std::string& field, const std::string& text) {
  if (text.size() > kMaxTextBytes) {
    return Wrong(field,
                 fmt::format("has {} bytes, at most {} are allowed", text.size(), kMaxTextBytes));
  }
  if (auto status = CheckStrictJson(text, kMaxDepth); !status.ok()) {
    return Wrong(field, std::string(status.message()));
  }
  auto object = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Wrong(field, "must be a JSON object");
  return object;
}

absl::Status PatchCaption(const ordered_json& caption, Item& item) {
  if (!caption.is_string() && !caption.is_null()) return Wrong("caption", "must be a string");
  item.caption = caption.is_null() ? "" : caption.get<std::string>();
  return CheckCaption(item.caption);
}

absl::Status PatchMetadata(const ordered_json& patch, Item& item) {
  if (!patch.is_object() && !patch.is_null()) return Wrong("metadata", "must be a JSON object");
  auto object = ordered_json::parse(item.metadata_json, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object() || patch.is_null()) object = ordered_json::object();
  if (patch.is_object()) object.merge_patch(patch);
  auto checked = CheckMetadata(object.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  if (!checked.ok()) return checked.status();
  item.metadata_json = *std::move(checked);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckId(const std::string& id) {
  if (id.empty() || id.size() > kMaxIdBytes) {
    return Wrong("id", fmt::format("must have 1 to {} bytes, has {}", kMaxIdBytes, id.size()));
  }
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (std::any_of(id.begin(), id.end(), is_control)) {
    return Wrong("id", "has a control character");
  }
  return IsUtf8(id) ? absl::OkStatus() : Wrong("id", "is not UTF-8");
}

absl::Status CheckCaption(const std::string& caption) {
  if (caption.size() > kMaxTextBytes) {
    return Wrong("caption", fmt::format("has {} bytes, at most {} are allowed", caption.size(),
                                        kMaxTextBytes));
  }
  return IsUtf8(caption) ? absl::OkStatus() : Wrong("caption", "is not UTF-8");
}

absl::StatusOr<std::string> CheckMetadata(const std::string& json) {
  const auto object = ParseObject("metadata", json);
  if (!object.ok()) return object.status();
  return object->dump();
}

absl::StatusOr<Item> PatchItem(Item item, const std::string& patch_json) {
  const auto patch = ParseObject("patch", patch_json);
  if (!patch.ok()) return patch.status();
  for (const auto& [key, value] : patch->items()) {
    absl::Status status;
    if (key == "caption") {
      status = PatchCaption(value, item);
    } else if (key == "metadata") {
      status = PatchMetadata(value, item);
    } else {
      status = Wrong(key, "is not a known key");
    }
    if (!status.ok()) return status;
  }
  return item;
}

}  // namespace imago
