#ifndef IMAGO_QUERY_EDIT_H_
#define IMAGO_QUERY_EDIT_H_

// What callers may write into an item.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/item.h"

namespace imago {

// kInvalidArgument "id: ..." unless it has 1 to 512 bytes of UTF-8 without control characters.
absl::Status CheckId(const std::string& id);
// kInvalidArgument "caption: ..." unless it is UTF-8 of at most 64 KiB.
absl::Status CheckCaption(const std::string& caption);
// The same object without white space. kInvalidArgument "metadata: ..." when it is no JSON object,
// has a key twice, nests more than 16 deep, or takes more than 64 KiB.
absl::StatusOr<std::string> CheckMetadata(const std::string& json);
// The item with the patch that Engine::Patch describes applied; the same limits.
absl::StatusOr<Item> PatchItem(Item item, const std::string& patch_json);

}  // namespace imago

#endif  // IMAGO_QUERY_EDIT_H_
