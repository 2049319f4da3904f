#ifndef IMAGO_INDEX_PRUNE_H_
#define IMAGO_INDEX_PRUNE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "index/collection.h"

namespace imago {

// Removes the items whose files lay at or below `paths` and are gone. What is below a path that is
// itself gone stays, and so does what merely cannot be reached.
absl::Status PruneGoneFiles(Collection& collection, const std::vector<std::string>& paths);

}  // namespace imago

#endif  // IMAGO_INDEX_PRUNE_H_
