#include "index/publisher.h"

#include <algorithm>
#include <map>
#include <utility>

#include "fmt/format.h"
#include "index/merge_policy.h"

namespace imago {
namespace {

// The rows of an item: they adjoin, and items come in order.
std::pair<size_t, size_t> RowsOf(const Segment& segment, uint32_t item) {
  const auto less = [](const SegmentRow& row, uint32_t value) { return row.item < value; };
  const auto begin = segment.rows.begin();
  const auto first = std::lower_bound(begin, segment.rows.end(), item, less);
  auto last = first;
  while (last != segment.rows.end() && last->item == item) ++last;
  return {first - begin, last - begin};
}

// The view without some of its live items.
SegmentView Without(const SegmentView& view, const std::vector<uint32_t>& items) {
  RowMask rows = *view.live;
  RowMask live_items = *view.live_items;
  SegmentView next = view;
  for (const uint32_t item : items) {
    live_items.Set(item, false);
    const auto [begin, end] = RowsOf(*view.segment, item);
    for (size_t row = begin; row < end; ++row) rows.Set(row, false);
    next.live_row_count -= end - begin;
  }
  next.live_item_count -= items.size();
  next.live = std::make_shared<const RowMask>(std::move(rows));
  next.live_items = std::make_shared<const RowMask>(std::move(live_items));
  return next;
}

void CountLive(Snapshot& snapshot) {
  snapshot.live_rows = 0;
  snapshot.live_items = 0;
  for (const SegmentView& view : snapshot.segments) {
    snapshot.live_rows += view.live_row_count;
    snapshot.live_items += view.live_item_count;
  }
}

}  // namespace

SegmentView WholeView(std::shared_ptr<const Segment> segment) {
  const size_t items = segment->items.size();
  return MaskedView(std::move(segment), RowMask(items, true));
}

SegmentView MaskedView(std::shared_ptr<const Segment> segment, RowMask live) {
  RowMask rows(segment->rows.size());
  for (size_t row = 0; row < segment->rows.size(); ++row) {
    if (live.Get(segment->rows[row].item)) rows.Set(row);
  }
  SegmentView view;
  view.live_row_count = rows.Count();
  view.live_item_count = live.Count();
  view.live = std::make_shared<const RowMask>(std::move(rows));
  view.live_items = std::make_shared<const RowMask>(std::move(live));
  view.segment = std::move(segment);
  return view;
}

Publisher::Publisher(const SegmentOptions& options, std::shared_ptr<const Snapshot> first)
    : options_(options) {
  Swap(std::make_shared<Snapshot>(*first));
  // Lets go of `first` at the end: what it holds may long be replaced.
  auto fill = [this, first = std::move(first)]() mutable { Fill(*std::exchange(first, nullptr)); };
  filled_ = std::async(std::launch::async | std::launch::deferred, std::move(fill)).share();
}

void Publisher::Fill(const Snapshot& first) {
  items_.Reserve(first.live_items);
  for (const SegmentView& view : first.segments) {
    const Segment& segment = *view.segment;
    for (uint32_t i = 0; i < segment.items.size(); ++i) {
      if (view.live_items->Get(i)) items_.Put(segment.items[i], {segment.number, i});
    }
  }
}

std::shared_ptr<const Snapshot> Publisher::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

void Publisher::Swap(std::shared_ptr<Snapshot> next) {
  std::erase_if(next->segments, [](const SegmentView& view) { return view.live_item_count == 0; });
  CountLive(*next);
  std::shared_ptr<const Snapshot> last = std::move(next);
  const std::lock_guard lock(mutex_);
  snapshot_.swap(last);
}

void Publisher::Publish(const Change& change) {
  filled_.wait();
  std::map<uint64_t, std::vector<uint32_t>> dead;  // items by segment
  const auto bury = [&](const std::string& id) {
    const std::optional<ItemPlace> place = items_.Find(id);
    if (!place) return;
    dead[place->segment].push_back(place->item);
    items_.Erase(id);
  };
  for (const std::string& id : change.removed) bury(id);
  auto next = std::make_shared<Snapshot>(*snapshot());
  next->sequence = change.sequence;
  if (change.added != nullptr) {
    const Segment& added = *change.added;
    for (const auto& record : added.items) bury(record->item.id);
    for (uint32_t i = 0; i < added.items.size(); ++i) {
      items_.Put(added.items[i], {added.number, i});
    }
  }
  for (SegmentView& view : next->segments) {
    const auto found = dead.find(view.segment->number);
    if (found != dead.end()) view = Without(view, found->second);
  }
  if (change.added != nullptr) next->segments.push_back(WholeView(change.added));
  Swap(std::move(next));
}

absl::Status Publisher::Merge(const Store& store, size_t fan, uint64_t& next_number) {
  while (true) {
    const std::shared_ptr<const Snapshot> now = snapshot();
    std::vector<SegmentSize> sizes;
    for (const SegmentView& view : now->segments) {
      sizes.push_back({view.segment->items.size(), view.live_item_count});
    }
    const std::vector<size_t> chosen = ChooseMerge(sizes, fan);
    if (chosen.empty()) return absl::OkStatus();
    const absl::Status merged = MergeOnce(store, chosen, next_number++);
    if (!merged.ok()) return merged;
  }
}

absl::Status Publisher::MergeOnce(const Store& store, const std::vector<size_t>& chosen,
                                  uint64_t number) {
  filled_.wait();
  auto next = std::make_shared<Snapshot>(*snapshot());
  std::vector<std::shared_ptr<const ItemRecord>> moved;
  size_t rows = 0;
  for (const size_t i : chosen) {
    SegmentView& view = next->segments[i];
    rows += view.live_row_count;
    for (size_t item = 0; item < view.segment->items.size(); ++item) {
      if (view.live_items->Get(item)) moved.push_back(view.segment->items[item]);
    }
    view.live_item_count = 0;  // Swap drops it
  }
  auto merged = BuildFromStore(store, next->model, moved, SegmentBuilder(options_, number));
  if (!merged.ok()) return merged.status();
  if ((*merged)->rows.size() != rows) {
    return absl::DataLossError(
        fmt::format("the store has {} rows, the index {}", (*merged)->rows.size(), rows));
  }
  for (uint32_t i = 0; i < moved.size(); ++i) items_.Put(moved[i], {number, i});
  next->segments.push_back(WholeView(*std::move(merged)));
  Swap(std::move(next));
  return absl::OkStatus();
}

}  // namespace imago
