#ifndef IMAGO_INDEX_PUBLISHER_H_
#define IMAGO_INDEX_PUBLISHER_H_

// The writer's side of the snapshots: each change makes a new one, which shares with the last all
// that did not change. A change costs the bitmaps of the segments it touches and a pointer for each
// segment, however large the collection is.

#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "index/item_table.h"
#include "index/segment_builder.h"
#include "index/snapshot.h"
#include "storage/store.h"

namespace imago {

// What Publish makes of the current snapshot.
struct Change {
  std::shared_ptr<const Segment> added;  // its items take the place of those with the same ids
  std::vector<std::string> removed;      // ids; unknown ones are ignored
  uint64_t sequence = 0;                 // of the store's log, with this
};

// snapshot and items are for any thread, the rest for one at a time.
class Publisher {
 public:
  // Starts from `first`, whose views keep to the rules of SegmentView. The table of its items is
  // filled beside the first searches, which need none; who needs it waits.
  Publisher(const SegmentOptions& options, std::shared_ptr<const Snapshot> first);

  std::shared_ptr<const Snapshot> snapshot() const;
  const ItemTable& items() const {
    filled_.wait();
    return items_;
  }

  void Publish(const Change& change);
  // Merges segments as long as there are too many; the vectors come from the store. `next_number`
  // numbers the new ones. After an error the snapshot is as good as before.
  absl::Status Merge(const Store& store, size_t fan, uint64_t& next_number);

 private:
  absl::Status MergeOnce(const Store& store, const std::vector<size_t>& chosen, uint64_t number);
  void Swap(std::shared_ptr<Snapshot> next);

  void Fill(const Snapshot& first);

  const SegmentOptions options_;
  ItemTable items_;
  std::shared_future<void> filled_;  // the end of Fill; waits when it is destroyed
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;  // guarded by mutex_
};

// A view in which all is live.
SegmentView WholeView(std::shared_ptr<const Segment> segment);
// A view in which the items of `live` (as many as the segment has) are live, and their rows.
SegmentView MaskedView(std::shared_ptr<const Segment> segment, RowMask live);

}  // namespace imago

#endif  // IMAGO_INDEX_PUBLISHER_H_
