#ifndef IMAGO_WEB_HUB_CHECKSUM_H_
#define IMAGO_WEB_HUB_CHECKSUM_H_

#include <string>

#include "absl/status/status.h"

namespace imago {

// OK when the file's SHA-256 (64 hex digits) or git's SHA-1 of it as a blob (40) is `checksum`;
// kDataLoss when it is not.
absl::Status CheckHubFile(const std::string& path, const std::string& checksum);

}  // namespace imago

#endif  // IMAGO_WEB_HUB_CHECKSUM_H_
