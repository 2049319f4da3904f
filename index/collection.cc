#include "index/collection.h"

#include <algorithm>
#include <mutex>
#include <unordered_set>

#include "fmt/format.h"
#include "index/check_entry.h"
#include "index/collection_id.h"
#include "index/index_folder.h"
#include "index/item_events.h"
#include "index/load_index.h"
#include "index/publisher.h"
#include "spdlog/spdlog.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

// Of entries with one id only the last.
void DropReplaced(std::vector<Entry>& entries) {
  std::unordered_set<std::string_view> seen;
  std::vector<bool> drop(entries.size());
  for (size_t i = entries.size(); i-- > 0;) drop[i] = !seen.insert(entries[i].item.id).second;
  std::vector<Entry> kept;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!drop[i]) kept.push_back(std::move(entries[i]));
  }
  entries = std::move(kept);
}

WriteBatch BatchOf(const std::vector<Entry>& entries) {
  WriteBatch batch;
  for (const Entry& entry : entries) {
    const std::string& id = entry.item.id;
    batch.put_items.push_back(entry.item);
    batch.put_vectors.insert(batch.put_vectors.end(), entry.vectors.begin(), entry.vectors.end());
    if (!entry.thumbnail.empty()) batch.put_blobs.push_back({kThumbnailBlob, id, entry.thumbnail});
    if (!entry.original.empty()) batch.put_blobs.push_back({kOriginalBlob, id, entry.original});
  }
  return batch;
}

// So many items are written at once where many change.
constexpr size_t kUpdateBatch = 512;

bool HangsOnItem(const Blob& blob) {
  return blob.kind == kThumbnailBlob || blob.kind == kOriginalBlob;
}

}  // namespace

struct Collection::Impl {
  Impl(const CollectionOptions& options_in, std::string dir, const SegmentOptions& segment)
      : options(options_in), segment_options(segment), folder(std::move(dir)) {}

  absl::Status Step(std::string_view step) const {
    return options.before_step ? options.before_step(step) : absl::OkStatus();
  }
  absl::Status WriteLocked(const WriteBatch& batch, std::vector<Entry> entries);
  absl::Status UpdateLocked(std::vector<Item> items);
  absl::StatusOr<uint64_t> RefreshLocked(const std::vector<std::string>& ids);
  void MergeLocked();
  absl::Status FlushLocked();
  bool IsFlushed(const Snapshot& now) const;

  const CollectionOptions options;
  const SegmentOptions segment_options;
  const IndexFolder folder;
  CollectionId id;
  std::unique_ptr<Store> store;
  std::unique_ptr<Publisher> publisher;

  std::mutex mutex;  // one writer at a time; guards what follows
  uint64_t next_number = 1;
  std::map<uint64_t, SegmentFile> files;  // of the manifest in force
  std::optional<uint64_t> flushed;        // its sequence; none when it is not good
};

Collection::Collection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Collection::~Collection() {
  if (const absl::Status flushed = Flush(); !flushed.ok()) {
    spdlog::warn("the index was not written: {}", flushed.ToString());
  }
}

absl::StatusOr<std::unique_ptr<Collection>> Collection::Open(const std::string& dir,
                                                             const std::string& model, int dim,
                                                             const CollectionOptions& options) {
  const std::string index_dir = dir + "/index";
  const SegmentOptions segment{options.index, dim, options.ann_rows};
  if (const auto probe = NewIndex(options.index, dim); !probe.ok()) return probe.status();
  if (const absl::Status made = MakeFolders(index_dir); !made.ok()) return made;
  auto impl = std::make_unique<Impl>(options, index_dir, segment);
  absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksStore(dir + "/store");
  if (!store.ok()) return store.status();
  impl->store = *std::move(store);
  absl::StatusOr<CollectionId> id = ClaimCollection(*impl->store, model, dim);
  if (!id.ok()) return id.status();
  impl->id = *std::move(id);
  absl::StatusOr<LoadedIndex> loaded =
      LoadIndexFrom(impl->folder, *impl->store, {impl->id.id, model, segment});
  if (!loaded.ok()) return loaded.status();
  impl->publisher = std::make_unique<Publisher>(segment, loaded->snapshot);
  impl->next_number = loaded->next_number;
  impl->files = std::move(loaded->files);
  impl->flushed = loaded->sequence;
  return std::unique_ptr<Collection>(new Collection(std::move(impl)));
}

std::shared_ptr<const Snapshot> Collection::snapshot() const {
  return impl_->publisher->snapshot();
}

const Store& Collection::store() const { return *impl_->store; }

const EventExtractor* Collection::extractor() const { return impl_->options.extractor; }

std::string Collection::FindBySha256(const std::string& sha256) const {
  return sha256.empty() ? "" : impl_->publisher->items().FindBySha256(sha256);
}

absl::Status Collection::Write(std::vector<Entry> entries) {
  if (entries.empty()) return absl::OkStatus();
  DropReplaced(entries);
  for (const Entry& entry : entries) {
    const absl::Status checked = CheckEntry(entry, impl_->id.model, impl_->id.dim);
    if (!checked.ok()) return checked;
  }
  if (extractor() != nullptr) {
    for (Entry& entry : entries) ReadCaptionEvents(*extractor(), entry.item);
  }
  const WriteBatch batch = BatchOf(entries);
  const std::lock_guard lock(impl_->mutex);
  return impl_->WriteLocked(batch, std::move(entries));
}

// The segment comes first: once the store has the batch, nothing may fail that keeps it from
// readers.
absl::Status Collection::Impl::WriteLocked(const WriteBatch& batch, std::vector<Entry> entries) {
  std::vector<std::shared_ptr<ItemRecord>> records;
  SegmentBuilder builder(segment_options, next_number);
  for (Entry& entry : entries) {
    records.push_back(std::make_shared<ItemRecord>(ItemRecord{std::move(entry.item), 0}));
    const absl::Status added = builder.Add(records.back(), std::move(entry.vectors));
    if (!added.ok()) return added;
  }
  absl::StatusOr<std::shared_ptr<const Segment>> segment = std::move(builder).Finish();
  if (!segment.ok()) return segment.status();
  if (const absl::Status step = Step("apply"); !step.ok()) return step;
  const absl::StatusOr<uint64_t> last = store->Apply(batch);
  if (!last.ok()) return last.status();
  uint64_t sequence = *last - records.size();
  for (const std::shared_ptr<ItemRecord>& record : records) record->sequence = ++sequence;
  if (const absl::Status step = Step("publish"); !step.ok()) return step;
  ++next_number;
  publisher->Publish({*std::move(segment), {}, *last});
  MergeLocked();
  return absl::OkStatus();
}

void Collection::Impl::MergeLocked() {
  const absl::Status merged = publisher->Merge(*store, options.merge_segments, next_number);
  if (!merged.ok()) spdlog::warn("segments stay unmerged: {}", merged.ToString());
}

absl::Status Collection::Remove(const std::vector<std::string>& ids) {
  if (ids.empty()) return absl::OkStatus();
  WriteBatch batch;
  batch.remove_items = ids;
  const std::lock_guard lock(impl_->mutex);
  if (const absl::Status step = impl_->Step("apply"); !step.ok()) return step;
  const absl::StatusOr<uint64_t> last = impl_->store->Apply(batch);
  if (!last.ok()) return last.status();
  if (const absl::Status step = impl_->Step("publish"); !step.ok()) return step;
  impl_->publisher->Publish({nullptr, ids, *last});
  impl_->MergeLocked();
  return absl::OkStatus();
}

absl::Status Collection::UpdateItem(const Item& item) { return UpdateItems({item}); }

absl::Status Collection::UpdateItems(const std::vector<Item>& items) {
  if (items.empty()) return absl::OkStatus();
  const std::lock_guard lock(impl_->mutex);
  std::vector<Item> updated;
  for (const Item& item : items) {
    absl::StatusOr<Item> old = impl_->store->GetItem(item.id);
    if (!old.ok()) return old.status();
    old->caption = item.caption;
    old->metadata_json = item.metadata_json;
    if (extractor() != nullptr) ReadCaptionEvents(*extractor(), *old);
    updated.push_back(*std::move(old));
  }
  return impl_->UpdateLocked(std::move(updated));
}

absl::Status Collection::Impl::UpdateLocked(std::vector<Item> items) {
  WriteBatch batch;
  std::vector<Entry> entries;
  for (Item& item : items) {
    auto vectors = store->GetVectors(item.id, id.model);
    if (!vectors.ok()) return vectors.status();
    batch.update_items.push_back(item);
    Entry& entry = entries.emplace_back();
    entry.item = std::move(item);
    entry.vectors = *std::move(vectors);
  }
  return WriteLocked(batch, std::move(entries));
}

absl::StatusOr<uint64_t> Collection::RefreshEvents() {
  if (extractor() == nullptr) return absl::FailedPreconditionError("there is no event extractor");
  const std::shared_ptr<const Snapshot> now = snapshot();
  uint64_t changed = 0;
  for (const SegmentView& view : now->segments) {
    const auto& items = view.segment->items;
    for (size_t first = 0; first < items.size(); first += kUpdateBatch) {
      std::vector<std::string> ids;
      for (size_t i = first; i < std::min(items.size(), first + kUpdateBatch); ++i) {
        if (view.live_items->Get(i)) ids.push_back(items[i]->item.id);
      }
      const std::lock_guard lock(impl_->mutex);
      const absl::StatusOr<uint64_t> refreshed = impl_->RefreshLocked(ids);
      if (!refreshed.ok()) return refreshed;
      changed += *refreshed;
    }
  }
  return changed;
}

absl::StatusOr<uint64_t> Collection::Impl::RefreshLocked(const std::vector<std::string>& ids) {
  std::vector<Item> changed;
  for (const std::string& one : ids) {
    absl::StatusOr<Item> item = store->GetItem(one);
    if (absl::IsNotFound(item.status())) continue;  // removed meanwhile
    if (!item.ok()) return item.status();
    const std::vector<Event> old = item->events;
    ReadCaptionEvents(*options.extractor, *item);
    if (item->events != old) changed.push_back(*std::move(item));
  }
  const uint64_t count = changed.size();
  if (count == 0) return count;
  if (const absl::Status updated = UpdateLocked(std::move(changed)); !updated.ok()) return updated;
  return count;
}

absl::Status Collection::PutBlobs(std::vector<Blob> blobs) {
  if (blobs.empty()) return absl::OkStatus();
  const std::lock_guard lock(impl_->mutex);
  for (const Blob& blob : blobs) {
    if (!HangsOnItem(blob) || impl_->publisher->items().Find(blob.key)) continue;
    return absl::NotFoundError(fmt::format("there is no item '{}'", blob.key));
  }
  WriteBatch batch;
  batch.put_blobs = std::move(blobs);
  return impl_->store->Apply(batch).status();
}

absl::Status Collection::Flush() {
  const std::lock_guard lock(impl_->mutex);
  return impl_->FlushLocked();
}

bool Collection::Impl::IsFlushed(const Snapshot& now) const {
  if (flushed != now.sequence || files.size() != now.segments.size()) return false;
  return std::all_of(now.segments.begin(), now.segments.end(), [this](const SegmentView& view) {
    return files.contains(view.segment->number);
  });
}

absl::Status Collection::Impl::FlushLocked() {
  const std::shared_ptr<const Snapshot> now = publisher->snapshot();
  if (IsFlushed(*now)) return absl::OkStatus();
  const IndexKind kind = SavedKind(options.index.kind);
  Manifest manifest{id.id, id.model, id.dim, kind, now->sequence, {}};
  std::map<uint64_t, SegmentFile> written;
  for (const SegmentView& view : now->segments) {
    const uint64_t number = view.segment->number;
    if (const auto found = files.find(number); found != files.end()) {
      written.insert(*found);
    } else {
      if (const absl::Status step = Step("segment"); !step.ok()) return step;
      absl::StatusOr<SegmentFile> file = folder.WriteSegment(*view.segment);
      if (!file.ok()) return file.status();
      written.emplace(number, *std::move(file));
    }
    manifest.segments.push_back(written.at(number));
  }
  if (const absl::Status step = Step("manifest"); !step.ok()) return step;
  if (const absl::Status published = folder.Publish(manifest); !published.ok()) return published;
  files = std::move(written);
  flushed = now->sequence;
  if (const absl::Status step = Step("sweep"); !step.ok()) return step;
  folder.Sweep();
  return absl::OkStatus();
}

}  // namespace imago
