#ifndef IMAGO_WEB_PICTURE_JSON_H_
#define IMAGO_WEB_PICTURE_JSON_H_

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "web/json.h"

namespace imago {

// A picture as requests give it: one that is stored when `image` is empty.
struct PictureJson {
  std::optional<Image> image;
  std::string item_id;
};

// {"asset_id":...}, {"asset_path":...} or {"base64":...}; `where` is its place ("query[0].image").
absl::StatusOr<PictureJson> ReadPicture(const nlohmann::json& object, const std::string& where,
                                        const PictureDecode& decode);

}  // namespace imago

#endif  // IMAGO_WEB_PICTURE_JSON_H_
