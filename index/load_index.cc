#include "index/load_index.h"

#include <algorithm>
#include <unordered_map>

#include "fmt/format.h"
#include "index/publisher.h"
#include "spdlog/spdlog.h"

namespace imago {
namespace {

// The live items of the store that are in no segment yet.
class Unplaced {
 public:
  absl::Status Read(const Store& store) {
    return store.ScanLog(0, [this](const LogRecord& record) {
      last_sequence_ = record.sequence;
      if (record.removed) return true;
      auto made = std::make_shared<ItemRecord>(ItemRecord{record.item, record.sequence});
      records_.emplace(record.item_id, std::move(made));
      return true;
    });
  }

  // The item's record, once, if it is as new as `sequence` says; else null.
  std::shared_ptr<const ItemRecord> Take(const SegmentFileItem& item) {
    const auto found = records_.find(item.id);
    if (found == records_.end() || found->second->sequence != item.sequence) return nullptr;
    std::shared_ptr<const ItemRecord> record = std::move(found->second);
    records_.erase(found);
    return record;
  }

  std::vector<std::shared_ptr<const ItemRecord>> TakeAll() {
    std::vector<std::shared_ptr<const ItemRecord>> all;
    for (auto& [id, record] : records_) all.push_back(std::move(record));
    records_.clear();
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a->sequence < b->sequence; });
    return all;
  }

  uint64_t last_sequence() const { return last_sequence_; }

 private:
  std::unordered_map<std::string, std::shared_ptr<const ItemRecord>> records_;
  uint64_t last_sequence_ = 0;
};

absl::Status Foreign(std::string_view what) {
  return absl::DataLossError(fmt::format("the index files are of {}", what));
}

absl::Status CheckManifest(const Manifest& manifest, const LoadOptions& options, uint64_t last) {
  if (manifest.collection != options.collection) return Foreign("another collection");
  if (manifest.model != options.model || manifest.dim != options.segment.dim) {
    return Foreign(fmt::format("the model {}", manifest.model));
  }
  if (manifest.kind != SavedKind(options.segment.index.kind)) {
    return Foreign(fmt::format("the kind {}", IndexKindName(manifest.kind)));
  }
  if (manifest.sequence > last) return Foreign("a later state of the store");
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Segment>> OpenSegment(SegmentContents contents,
                                                     const SegmentOptions& options) {
  if (contents.dim != options.dim) return Foreign(fmt::format("dim {}", contents.dim));
  const bool wants_exact = contents.rows.size() < options.ann_rows;
  IndexOptions index_options = options.index;
  if (wants_exact) index_options.kind = IndexKind::kExact;
  if (contents.kind != SavedKind(index_options.kind)) {
    return Foreign(fmt::format("the kind {}", IndexKindName(contents.kind)));
  }
  auto index = LoadIndex(index_options, options.dim, contents.index);
  if (!index.ok()) return index.status();
  if ((*index)->size() != contents.rows.size()) {
    return absl::DataLossError(
        fmt::format("the index has {} rows, not {}", (*index)->size(), contents.rows.size()));
  }
  auto segment = std::make_shared<Segment>();
  segment->kind = contents.kind;
  segment->index = *std::move(index);
  segment->rows = std::move(contents.rows);
  return segment;
}

// The segment of a file, its live items taken from `unplaced`.
absl::StatusOr<SegmentView> LoadSegment(const IndexFolder& folder, const SegmentFile& file,
                                        const SegmentOptions& options, Unplaced& unplaced) {
  absl::StatusOr<SegmentContents> contents = folder.ReadSegment(file);
  if (!contents.ok()) return contents.status();
  std::vector<SegmentFileItem> items = std::move(contents->items);
  auto segment = OpenSegment(*std::move(contents), options);
  if (!segment.ok()) return segment.status();
  (*segment)->number = file.number;
  RowMask live(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    std::shared_ptr<const ItemRecord> record = unplaced.Take(items[i]);
    if (record != nullptr) {
      live.Set(i);
    } else {
      ItemRecord dead;
      dead.item.id = std::move(items[i].id);
      dead.sequence = items[i].sequence;
      record = std::make_shared<const ItemRecord>(std::move(dead));
    }
    (*segment)->items.push_back(std::move(record));
  }
  return MaskedView(*std::move(segment), std::move(live));
}

void LoadFiles(const IndexFolder& folder, const LoadOptions& options, Unplaced& unplaced,
               Snapshot& snapshot, LoadedIndex& loaded) {
  const absl::StatusOr<Manifest> manifest = folder.ReadManifest();
  if (absl::IsNotFound(manifest.status())) return;
  absl::Status usable = manifest.status();
  if (usable.ok()) usable = CheckManifest(*manifest, options, unplaced.last_sequence());
  if (!usable.ok()) {
    spdlog::warn("the index is made again from the store: {}", std::string(usable.message()));
    return;
  }
  bool whole = true;
  for (const SegmentFile& file : manifest->segments) {
    absl::StatusOr<SegmentView> view = LoadSegment(folder, file, options.segment, unplaced);
    if (view.ok()) {
      snapshot.segments.push_back(*std::move(view));
      loaded.files.emplace(file.number, file);
      continue;
    }
    whole = false;
    spdlog::warn("a part of the index is made again from the store: {}",
                 std::string(view.status().message()));
  }
  if (whole) loaded.sequence = manifest->sequence;
}

}  // namespace

absl::StatusOr<LoadedIndex> LoadIndexFrom(const IndexFolder& folder, const Store& store,
                                          const LoadOptions& options) {
  Unplaced unplaced;
  if (const absl::Status read = unplaced.Read(store); !read.ok()) return read;
  LoadedIndex loaded;
  auto snapshot = std::make_shared<Snapshot>();
  LoadFiles(folder, options, unplaced, *snapshot, loaded);
  loaded.next_number = folder.HighestNumber() + 1;
  snapshot->sequence = unplaced.last_sequence();
  snapshot->model = options.model;
  snapshot->dim = options.segment.dim;
  snapshot->kind = SavedKind(options.segment.index.kind);
  const auto missing = unplaced.TakeAll();
  if (!missing.empty()) {
    auto segment = BuildFromStore(store, options.model, missing,
                                  SegmentBuilder(options.segment, loaded.next_number++));
    if (!segment.ok()) return segment.status();
    snapshot->segments.push_back(WholeView(*std::move(segment)));
  }
  loaded.snapshot = std::move(snapshot);
  return loaded;
}

}  // namespace imago
