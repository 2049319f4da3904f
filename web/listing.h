#ifndef IMAGO_WEB_LISTING_H_
#define IMAGO_WEB_LISTING_H_

// The items of a collection, newest first, page by page.

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "index/snapshot.h"

namespace imago {

inline constexpr uint64_t kFromTheNewest = std::numeric_limits<uint64_t>::max();

// At most `limit` live items whose log sequence is below `before`, in falling order of sequence. A
// page ends with the sequence to go on from; items changed meanwhile move to the front and are not
// met again.
std::vector<std::shared_ptr<const ItemRecord>> NewestItems(const Snapshot& snapshot,
                                                           uint64_t before, size_t limit);

}  // namespace imago

#endif  // IMAGO_WEB_LISTING_H_
