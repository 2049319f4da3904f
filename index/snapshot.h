#ifndef IMAGO_INDEX_SNAPSHOT_H_
#define IMAGO_INDEX_SNAPSHOT_H_

// The published, immutable state of a collection: segments of items and their rows. Readers hold a
// shared_ptr to one and take no lock.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "index/vector_index.h"
#include "kernels/row_mask.h"
#include "storage/item.h"

namespace imago {

// What a filter may look at, kept in memory for each item.
struct ItemRecord {
  Item item;
  uint64_t sequence = 0;  // of the item's log record
};

// What a row of a segment stands for.
struct SegmentRow {
  uint32_t item = 0;  // its place in Segment::items
  RowPart part = RowPart::kPicture;
  int32_t begin_ms = -1;
  int32_t end_ms = -1;

  friend bool operator==(const SegmentRow&, const SegmentRow&) = default;
};

// Items written or merged together, each with all of its rows. Never changes once published.
struct Segment {
  uint64_t number = 0;  // unique in its collection
  IndexKind kind = IndexKind::kExact;
  std::shared_ptr<const VectorIndex> index;
  std::vector<SegmentRow> rows;                          // as in `index`; an item's rows adjoin
  std::vector<std::shared_ptr<const ItemRecord>> items;  // none is null; an item may have no rows

  const ItemRecord& ItemOfRow(size_t row) const { return *items[rows[row].item]; }
};

// A segment as one snapshot sees it. A live item has all of its rows live, and is live in no other
// segment.
struct SegmentView {
  std::shared_ptr<const Segment> segment;
  std::shared_ptr<const RowMask> live;        // rows neither deleted nor replaced
  std::shared_ptr<const RowMask> live_items;  // the same for Segment::items
  size_t live_row_count = 0;
  size_t live_item_count = 0;
};

struct Snapshot {
  uint64_t sequence = 0;  // the store's log up to here is included
  std::string model;
  int dim = 0;
  IndexKind kind = IndexKind::kExact;
  std::vector<SegmentView> segments;
  size_t live_rows = 0;
  size_t live_items = 0;
};

}  // namespace imago

#endif  // IMAGO_INDEX_SNAPSHOT_H_
