#ifndef IMAGO_INDEX_SNAPSHOT_H_
#define IMAGO_INDEX_SNAPSHOT_H_

// The published, immutable state of a collection: segments of rows and, for each row, the item it
// belongs to. Readers hold a shared_ptr to one and take no lock.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "index/vector_index.h"
#include "storage/item.h"

namespace imago {

// What a filter may look at, kept in memory for each item.
struct ItemRecord {
  Item item;
  uint64_t sequence = 0;
};

// A number of rows indexed together. Never changes once published.
struct Segment {
  uint64_t number = 0;
  std::shared_ptr<const VectorIndex> index;
  std::vector<RowKey> keys;         // of each row
  std::vector<uint64_t> sequences;  // the item's log sequence that each row was made from
};

// A segment as one snapshot sees it.
struct SegmentView {
  std::shared_ptr<const Segment> segment;
  std::shared_ptr<const RowMask> live;  // rows neither deleted nor replaced
  std::shared_ptr<const std::vector<const ItemRecord*>>
      items;  // of each row; null where not live. Owned by the snapshot's table.
};

struct Snapshot {
  uint64_t sequence = 0;  // the store's log up to here is included
  std::string model;
  int dim = 0;
  std::vector<SegmentView> segments;
  std::vector<std::shared_ptr<const ItemRecord>> items;  // all live items, by sequence
  size_t live_rows = 0;
  IndexKind kind = IndexKind::kExact;
};

}  // namespace imago

#endif  // IMAGO_INDEX_SNAPSHOT_H_
