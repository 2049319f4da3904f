#include "web/listing.h"

#include <algorithm>

namespace imago {
namespace {

using Record = std::shared_ptr<const ItemRecord>;

bool Newer(const Record& a, const Record& b) { return a->sequence > b->sequence; }

}  // namespace

std::vector<Record> NewestItems(const Snapshot& snapshot, uint64_t before, size_t limit) {
  // A heap of the newest met so far, the oldest of them on top.
  std::vector<Record> newest;
  for (const SegmentView& view : snapshot.segments) {
    const std::vector<Record>& items = view.segment->items;
    for (size_t i = 0; i < items.size(); ++i) {
      if (!view.live_items->Get(i) || items[i]->sequence >= before) continue;
      if (newest.size() == limit) {
        if (!Newer(items[i], newest.front())) continue;
        std::pop_heap(newest.begin(), newest.end(), Newer);
        newest.pop_back();
      }
      newest.push_back(items[i]);
      std::push_heap(newest.begin(), newest.end(), Newer);
    }
  }
  std::sort_heap(newest.begin(), newest.end(), Newer);
  return newest;
}

}  // namespace imago
