#include "index/load_index.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <utility>

#include "fmt/format.h"
#include "index/publisher.h"
#include "spdlog/spdlog.h"

namespace imago {
namespace {

// A part of the store's log.
struct LogPart {
  std::vector<uint64_t> sequences;                         // of records, ascending
  std::vector<std::shared_ptr<const ItemRecord>> records;  // of live items
  uint64_t last_sequence = 0;
};

// The records after `after`, up to `until`.
absl::StatusOr<LogPart> ReadLog(const Store& store, uint64_t after, uint64_t until) {
  LogPart part;
  const absl::Status read = store.ScanLog(after, [&](LogRecord record) {
    if (record.sequence > until) return false;
    part.last_sequence = record.sequence;
    if (record.removed) return true;
    part.sequences.push_back(record.sequence);
    part.records.push_back(
        std::make_shared<const ItemRecord>(ItemRecord{std::move(record.item), record.sequence}));
    return true;
  });
  if (!read.ok()) return read;
  return part;
}

// The live items of the store that are in no segment yet.
class Unplaced {
 public:
  // Two threads decode the records up to `middle` and the rest.
  absl::Status Read(const Store& store, uint64_t middle) {
    auto later = std::async(std::launch::async | std::launch::deferred,
                            [&] { return ReadLog(store, middle, UINT64_MAX); });
    absl::StatusOr<LogPart> first = ReadLog(store, 0, middle);
    absl::StatusOr<LogPart> second = later.get();
    if (!first.ok()) return first.status();
    if (!second.ok()) return second.status();
    log_ = *std::move(first);
    Append(*second);
    return absl::OkStatus();
  }

  // The item's record, once, if it is as new as `sequence` says; else null.
  std::shared_ptr<const ItemRecord> Take(const SegmentFileItem& item) {
    const size_t at = PlaceOf(item.sequence);
    if (at == log_.sequences.size()) return nullptr;
    next_ = at + 1;
    std::shared_ptr<const ItemRecord>& record = log_.records[at];
    if (record == nullptr || record->item.id != item.id) return nullptr;
    return std::exchange(record, nullptr);
  }

  // The others, in the order of writing.
  std::vector<std::shared_ptr<const ItemRecord>> TakeAll() {
    std::erase(log_.records, nullptr);
    return std::move(log_.records);
  }

  uint64_t last_sequence() const { return log_.last_sequence; }

 private:
  void Append(LogPart& part) {
    log_.last_sequence = std::max(log_.last_sequence, part.last_sequence);
    log_.sequences.insert(log_.sequences.end(), part.sequences.begin(), part.sequences.end());
    log_.records.insert(log_.records.end(), std::make_move_iterator(part.records.begin()),
                        std::make_move_iterator(part.records.end()));
  }

  // That of log_.sequences, or its size. Items written together are asked for one after the other.
  size_t PlaceOf(uint64_t sequence) const {
    if (next_ < log_.sequences.size() && log_.sequences[next_] == sequence) return next_;
    const auto at = std::lower_bound(log_.sequences.begin(), log_.sequences.end(), sequence);
    const bool found = at != log_.sequences.end() && *at == sequence;
    return found ? at - log_.sequences.begin() : log_.sequences.size();
  }

  LogPart log_;      // without the records that were taken
  size_t next_ = 0;  // probably the place of what is taken next
};

absl::Status Foreign(std::string_view what) {
  return absl::DataLossError(fmt::format("the index files are of {}", what));
}

absl::Status CheckManifest(const Manifest& manifest, const LoadOptions& options) {
  if (manifest.collection != options.collection) return Foreign("another collection");
  if (manifest.model != options.model || manifest.dim != options.segment.dim) {
    return Foreign(fmt::format("the model {}", manifest.model));
  }
  if (manifest.kind != SavedKind(options.segment.index.kind)) {
    return Foreign(fmt::format("the kind {}", IndexKindName(manifest.kind)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Segment>> OpenSegment(MappedSegment& read,
                                                     const SegmentOptions& options) {
  SegmentContents& contents = read.contents;
  if (contents.dim != options.dim) return Foreign(fmt::format("dim {}", contents.dim));
  const bool wants_exact = contents.rows.size() < options.ann_rows;
  IndexOptions index_options = options.index;
  if (wants_exact) index_options.kind = IndexKind::kExact;
  if (contents.kind != SavedKind(index_options.kind)) {
    return Foreign(fmt::format("the kind {}", IndexKindName(contents.kind)));
  }
  auto index = LoadIndex(index_options, options.dim, {contents.index, read.file});
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

// A segment from its file, without the records of its items, which only the store has.
struct OpenedFile {
  std::shared_ptr<Segment> segment;
  MappedSegment read;  // for its items
};

absl::StatusOr<OpenedFile> OpenFile(const IndexFolder& folder, const SegmentFile& file,
                                    const SegmentOptions& options) {
  absl::StatusOr<MappedSegment> read = folder.ReadSegment(file);
  if (!read.ok()) return read.status();
  auto segment = OpenSegment(*read, options);
  if (!segment.ok()) return segment.status();
  (*segment)->number = file.number;
  return OpenedFile{*std::move(segment), *std::move(read)};
}

// All that can be had without the store.
struct OpenedFiles {
  absl::StatusOr<Manifest> manifest;
  std::vector<absl::StatusOr<OpenedFile>> files;  // of a good manifest's segments
};

OpenedFiles OpenFiles(const IndexFolder& folder, absl::StatusOr<Manifest> manifest,
                      const LoadOptions& options) {
  OpenedFiles opened{std::move(manifest), {}};
  if (!opened.manifest.ok()) return opened;
  const absl::Status usable = CheckManifest(*opened.manifest, options);
  if (!usable.ok()) return {usable, {}};
  for (const SegmentFile& file : opened.manifest->segments) {
    opened.files.push_back(OpenFile(folder, file, options.segment));
  }
  return opened;
}

// The segment with its live items taken from `unplaced`.
SegmentView PlaceItems(OpenedFile file, Unplaced& unplaced) {
  const std::vector<SegmentFileItem>& items = file.read.contents.items;
  RowMask live(items.size());
  file.segment->items.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    std::shared_ptr<const ItemRecord> record = unplaced.Take(items[i]);
    if (record != nullptr) {
      live.Set(i);
    } else {
      ItemRecord dead;
      dead.item.id = items[i].id;
      dead.sequence = items[i].sequence;
      record = std::make_shared<const ItemRecord>(std::move(dead));
    }
    file.segment->items.push_back(std::move(record));
  }
  return MaskedView(std::move(file.segment), std::move(live));
}

void PlaceFiles(OpenedFiles opened, Unplaced& unplaced, Snapshot& snapshot, LoadedIndex& loaded) {
  if (absl::IsNotFound(opened.manifest.status())) return;
  absl::Status usable = opened.manifest.status();
  if (usable.ok() && opened.manifest->sequence > unplaced.last_sequence()) {
    usable = Foreign("a later state of the store");
  }
  if (!usable.ok()) {
    spdlog::warn("the index is made again from the store: {}", std::string(usable.message()));
    return;
  }
  bool whole = true;
  for (size_t i = 0; i < opened.files.size(); ++i) {
    const SegmentFile& file = opened.manifest->segments[i];
    if (opened.files[i].ok()) {
      snapshot.segments.push_back(PlaceItems(*std::move(opened.files[i]), unplaced));
      loaded.files.emplace(file.number, file);
      continue;
    }
    whole = false;
    spdlog::warn("a part of the index is made again from the store: {}",
                 std::string(opened.files[i].status().message()));
  }
  if (whole) loaded.sequence = opened.manifest->sequence;
}

}  // namespace

absl::StatusOr<LoadedIndex> LoadIndexFrom(const IndexFolder& folder, const Store& store,
                                          const LoadOptions& options) {
  const absl::StatusOr<Manifest> manifest = folder.ReadManifest();
  // The files are read beside the store's log: with many rows either takes seconds.
  std::future<OpenedFiles> files = std::async(std::launch::async | std::launch::deferred,
                                              [&] { return OpenFiles(folder, manifest, options); });
  Unplaced unplaced;
  const absl::Status read = unplaced.Read(store, manifest.ok() ? manifest->sequence / 2 : 0);
  OpenedFiles opened = files.get();
  if (!read.ok()) return read;
  LoadedIndex loaded;
  auto snapshot = std::make_shared<Snapshot>();
  PlaceFiles(std::move(opened), unplaced, *snapshot, loaded);
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
