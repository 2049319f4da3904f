#ifndef IMAGO_WEB_UPLOADS_H_
#define IMAGO_WEB_UPLOADS_H_

// From requests to what is stored, the same for single assets and for batches.

#include <string>

#include "absl/status/statusor.h"
#include "query/engine.h"
#include "web/http.h"

namespace imago {

// The upload that a PUT brings: a picture's raw bytes, a form with "file", "caption" and
// "metadata", or, as text/plain and without control characters, a caption that is an item of its
// own.
absl::StatusOr<Upload> ReadUpload(const HttpRequest& request);
// Stores it. `created` says whether the id is new.
absl::StatusOr<Item> PutUpload(Engine& engine, const std::string& collection, Upload upload,
                               bool* created);

}  // namespace imago

#endif  // IMAGO_WEB_UPLOADS_H_
