#include "web/uploads.h"

#include <algorithm>
#include <set>

#include "storage/utf8.h"
#include "web/json.h"

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

// Some clients call whatever they send text/plain.
bool IsText(const HttpRequest& request) {
  const std::string type = request.Header("content-type");
  if (type != "text/plain" && !type.starts_with("text/plain;")) return false;
  const auto is_control = [](unsigned char c) {
    return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
  };
  return std::none_of(request.body.begin(), request.body.end(), is_control) && IsUtf8(request.body);
}

}  // namespace

absl::StatusOr<Upload> ReadUpload(const HttpRequest& request) {
  Upload upload;
  upload.id = request.Param("id");
  if (!request.multipart && IsText(request)) {
    upload.kind = MediaKind::kCaption;
    upload.caption = request.body;
    if (upload.caption.empty()) return FieldError("body", "the caption is missing");
    return upload;
  }
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
  *created = !engine.GetItem(collection, upload.id).ok();
  return engine.Put(collection, std::move(upload));
}

}  // namespace imago
