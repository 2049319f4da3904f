#include "web/uploads.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "web/json.h"
#include "web/json_fields.h"

namespace imago {
namespace {

constexpr size_t kMaxIdBytes = 4096;
constexpr size_t kMaxCaptionBytes = 64 << 10;
constexpr size_t kMaxMetadataBytes = 1 << 20;

// The library checks strings when it writes them.
bool IsUtf8(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

absl::Status CheckString(const std::string& field, const std::string& text, size_t max_bytes) {
  if (text.size() > max_bytes) {
    return FieldError(field,
                      fmt::format("must be at most {} bytes, is {}", max_bytes, text.size()));
  }
  return IsUtf8(text) ? absl::OkStatus() : FieldError(field, "is not UTF-8");
}

absl::Status ReadPart(const FormPart& part, Upload* upload) {
  if (part.name == "file") {
    upload->bytes = part.body;
  } else if (part.name == "caption") {
    upload->caption = part.body;
  } else if (part.name == "metadata") {
    upload->metadata_json = part.body;
  } else {
    return FieldError(part.name, "unknown part; file, caption and metadata are known");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckAssetId(const std::string& id) {
  if (id.empty()) return FieldError("id", "must not be empty");
  return CheckString("id", id, kMaxIdBytes);
}

absl::Status CheckCaption(const std::string& caption) {
  return CheckString("caption", caption, kMaxCaptionBytes);
}

absl::Status CheckMetadata(const std::string& metadata_json) {
  if (metadata_json.size() > kMaxMetadataBytes) {
    return FieldError("metadata", fmt::format("must be at most {} bytes", kMaxMetadataBytes));
  }
  const absl::Status parsed = ParseJsonObject(metadata_json).status();
  if (parsed.ok()) return parsed;
  return FieldError("metadata", std::string(parsed.message()));
}

absl::Status CheckPatch(const std::string& patch_json) {
  absl::StatusOr<nlohmann::json> patch = ParseJsonObject(patch_json);
  if (!patch.ok()) return patch.status();
  const Fields fields(*patch, "");
  if (absl::Status s = fields.CheckNames({"caption", "metadata"}); !s.ok()) return s;
  if (patch->empty()) return FieldError("body", "must have caption or metadata");
  std::string caption;
  if (absl::Status s = fields.Read("caption", &caption); !s.ok()) return s;
  if (absl::Status s = CheckCaption(caption); !s.ok()) return s;
  const nlohmann::json* metadata = fields.Find("metadata");
  return metadata == nullptr ? absl::OkStatus() : CheckMetadata(DumpJson(*metadata));
}

absl::StatusOr<Upload> ReadUpload(const HttpRequest& request) {
  Upload upload;
  upload.id = request.Param("id");
  if (!request.multipart) upload.bytes = request.body;
  std::set<std::string> names;
  for (const FormPart& part : request.parts) {
    if (!names.insert(part.name).second) return FieldError(part.name, "occurs twice");
    if (absl::Status s = ReadPart(part, &upload); !s.ok()) return s;
  }
  if (upload.bytes.empty()) {
    return FieldError(request.multipart ? "file" : "body", "the picture's bytes are missing");
  }
  return upload;
}

absl::StatusOr<Item> PutUpload(Engine& engine, const std::string& collection, Upload upload,
                               bool* created) {
  if (absl::Status s = CheckAssetId(upload.id); !s.ok()) return s;
  if (absl::Status s = CheckCaption(upload.caption); !s.ok()) return s;
  if (absl::Status s = CheckMetadata(upload.metadata_json); !s.ok()) return s;
  const std::string id = upload.id;
  *created = !engine.GetItem(collection, id).ok();
  absl::StatusOr<Item> item = engine.Put(collection, std::move(upload));
  if (item.ok() || item.status().message().find(id) != absl::string_view::npos) return item;
  return absl::Status(item.status().code(),
                      fmt::format("{}: {}", id, std::string(item.status().message())));
}

}  // namespace imago
