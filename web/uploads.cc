#include "web/uploads.h"

#include <nlohmann/json.hpp>
#include <set>

#include "web/json.h"
#include "web/json_fields.h"

namespace imago {
namespace {

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

absl::Status CheckMetadata(const std::string& metadata_json) {
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
  if (absl::Status s = CheckMetadata(upload.metadata_json); !s.ok()) return s;
  *created = !engine.GetItem(collection, upload.id).ok();
  return engine.Put(collection, std::move(upload));
}

}  // namespace imago
