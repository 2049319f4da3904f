#ifndef IMAGO_INDEX_MERGE_POLICY_H_
#define IMAGO_INDEX_MERGE_POLICY_H_

#include <cstddef>
#include <vector>

namespace imago {

struct SegmentSize {
  size_t items = 0;
  size_t live_items = 0;
};

// Which segments to make into one next: their places in `sizes`, ascending; none when all is well.
// Segments form tiers by the power of `fan` (at least 2) that their live items reach; a tier of
// more than `fan` segments is merged, smallest first, so that each row is rewritten only about
// log_fan(items) times. A segment of which more than half is dead is rewritten alone.
std::vector<size_t> ChooseMerge(const std::vector<SegmentSize>& sizes, size_t fan);

}  // namespace imago

#endif  // IMAGO_INDEX_MERGE_POLICY_H_
