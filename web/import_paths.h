#ifndef IMAGO_WEB_IMPORT_PATHS_H_
#define IMAGO_WEB_IMPORT_PATHS_H_

// Which folders an import asked for over HTTP may read.

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace imago {

// Every path must be absolute and, with all links followed, lie in one of `roots`: else
// kPermissionDenied, whether it exists or not. kInvalidArgument when there is none, too many, or
// one within the roots does not exist.
absl::Status CheckImportPaths(const std::vector<std::string>& paths,
                              const std::vector<std::string>& roots);

}  // namespace imago

#endif  // IMAGO_WEB_IMPORT_PATHS_H_
