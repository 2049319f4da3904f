#ifndef IMAGO_STORAGE_DURABLE_FILE_H_
#define IMAGO_STORAGE_DURABLE_FILE_H_

// Files that are there whole or not at all, after a crash too.

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace imago {

// Makes the folder and its missing parents, each synced into its own parent.
absl::Status MakeFolders(const std::string& path);
// Writes `path` + ".tmp", syncs it, renames it to `path` and syncs the folder.
absl::Status WriteFileDurably(const std::string& path, std::string_view bytes);
// The same of `count` pieces, one at a time: piece(0), piece(1), ... An error of theirs is returned
// and leaves nothing behind.
absl::Status WritePiecesDurably(const std::string& path, size_t count,
                                const std::function<absl::StatusOr<std::string>(size_t)>& piece);
// kNotFound when there is none.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

}  // namespace imago

#endif  // IMAGO_STORAGE_DURABLE_FILE_H_
