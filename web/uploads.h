#ifndef IMAGO_WEB_UPLOADS_H_
#define IMAGO_WEB_UPLOADS_H_

// Checks of what is given to be stored, the same for single assets and for batches.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/engine.h"
#include "web/http.h"

namespace imago {

// A JSON object that does not nest too deep. The engine checks ids, captions and sizes.
absl::Status CheckMetadata(const std::string& metadata_json);
// {"caption":...,"metadata":{...}}, at least one of them.
absl::Status CheckPatch(const std::string& patch_json);

// The upload that a PUT brings: raw bytes, or a form with "file", "caption" and "metadata".
absl::StatusOr<Upload> ReadUpload(const HttpRequest& request);
// Stores it. `created` says whether the id is new.
absl::StatusOr<Item> PutUpload(Engine& engine, const std::string& collection, Upload upload,
                               bool* created);

}  // namespace imago

#endif  // IMAGO_WEB_UPLOADS_H_
