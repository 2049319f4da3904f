#include "web/picture_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "web/http.h"
#include "web/json_fields.h"

namespace imago {
namespace {

constexpr size_t kMaxIdBytes = 4096;

absl::Status PictureError(const std::string& field, const absl::Status& status) {
  return WithHttpStatus(FieldError(field, std::string(status.message())), HttpStatus(status));
}

absl::StatusOr<PictureJson> ReadBase64(const std::string& place, const std::string& base64,
                                       const PictureDecode& decode) {
  const absl::StatusOr<std::string> bytes = DecodeBase64(place, base64);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<Image> image = decode(*bytes);
  if (!image.ok()) return PictureError(place, image.status());
  return PictureJson{*std::move(image), ""};
}

}  // namespace

absl::StatusOr<PictureJson> ReadPicture(const nlohmann::json& object, const std::string& where,
                                        const PictureDecode& decode) {
  const Fields fields(object, where);
  if (absl::Status s = fields.CheckNames({"asset_id", "asset_path", "base64"}); !s.ok()) return s;
  if (object.size() != 1) {
    return FieldError(where, "must have exactly one of asset_id, asset_path and base64");
  }
  std::string value;
  const std::string name = object.begin().key();
  if (absl::Status s = fields.Read(name, &value); !s.ok()) return s;
  if (value.empty()) return FieldError(fields.Place(name), "must not be empty");
  if (name == "base64") return ReadBase64(fields.Place(name), value, decode);
  if (name == "asset_path") {
    absl::StatusOr<std::string> decoded = PercentDecode(value);
    if (!decoded.ok()) return FieldError(fields.Place(name), "broken percent escape");
    value = *std::move(decoded);
  }
  if (value.size() > kMaxIdBytes) return FieldError(fields.Place(name), "is too long");
  return PictureJson{std::nullopt, std::move(value)};
}

}  // namespace imago
