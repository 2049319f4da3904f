#ifndef IMAGO_STORAGE_ROCKS_SCAN_H_
#define IMAGO_STORAGE_ROCKS_SCAN_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace imago {

// Opens the RocksDB store in `path` and calls `visit` for every key in order. A block with a bad
// checksum is kDataLoss.
absl::Status ScanRocks(
    const std::string& path,
    const std::function<void(std::string_view key, std::string_view value)>& visit);

}  // namespace imago

#endif  // IMAGO_STORAGE_ROCKS_SCAN_H_
