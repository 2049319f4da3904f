#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <filesystem>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "storage/check_batch.h"
#include "storage/durable_file.h"
#include "storage/rocks_keys.h"
#include "storage/rocks_scan.h"
#include "storage/store.h"

namespace imago {
namespace {

absl::Status FromRocks(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = fmt::format("database: {}", status.ToString());
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(message);
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::InternalError(message);
}

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::Options DatabaseOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  // What was acknowledged is synced, so only an unfinished last record may be dropped.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.compression = rocksdb::kNoCompression;
  // Vectors and pictures are written once into blob files; compaction moves keys only.
  options.enable_blob_files = true;
  options.min_blob_size = 512;
  options.blob_file_size = 64 << 20;
  options.enable_blob_garbage_collection = true;
  options.write_buffer_size = 16 << 20;
  options.max_total_wal_size = 64 << 20;
  options.max_background_jobs = 2;
  options.max_open_files = 256;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(32 << 20);
  // In parts: the whole filter of a large file would not fit a shard of the cache, and be read anew
  // for each key.
  table.cache_index_and_filter_blocks = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// For a scan of much, once: reads far ahead, and leaves the cache to those who come again.
rocksdb::ReadOptions LongScan() {
  rocksdb::ReadOptions options;
  options.readahead_size = 1 << 20;
  options.fill_cache = false;
  return options;
}

// Calls `visit` for the keys in [begin, end) (no end: to the last) until it returns false or an
// error. Sees one consistent state.
absl::Status ScanRange(
    rocksdb::DB& db, const std::string& begin, const std::string& end,
    const std::function<absl::StatusOr<bool>(std::string_view, std::string_view)>& visit,
    const rocksdb::ReadOptions& options = {}) {
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(options));
  for (at->Seek(begin); at->Valid(); at->Next()) {
    if (!end.empty() && View(at->key()) >= end) break;
    const absl::StatusOr<bool> go_on = visit(View(at->key()), View(at->value()));
    if (!go_on.ok()) return go_on.status();
    if (!*go_on) break;
  }
  return FromRocks(at->status());
}

// The first key after all that start with `prefix`, whose last byte is 01.
std::string After(std::string prefix) {
  ++prefix.back();
  return prefix;
}

// The entry of an item; of sequence 0 when the store never had it.
absl::StatusOr<IndexEntry> GetEntry(rocksdb::DB& db, const std::string& id) {
  std::string value;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), IndexKey(id), &value);
  if (status.IsNotFound()) return IndexEntry{0, true};
  if (!status.ok()) return FromRocks(status);
  return ParseIndexValue(value);
}

// A batch on its way to the database. The first error is kept, and later calls do nothing.
class Draft {
 public:
  Draft(rocksdb::DB& db, uint64_t last) : db_(db), last_(last) {}

  void Remove(const std::string& id) {
    if (Entry(id).removed) return;
    RemoveHanging(id);
    Write({0, true, id, {}});
  }

  void Put(const Item& item) {
    if (!Entry(item.id).removed) RemoveHanging(item.id);
    Write({0, false, item.id, item});
  }

  void Update(const Item& item) { Write({0, false, item.id, item}); }

  void PutVector(const StoredVector& vector) {
    Keep(batch_.Put(VectorDbKey(vector), VectorValue(vector)));
    const std::string& id = vector.key.item_id;
    if (written_.contains(id)) return;
    std::string value;
    Keep(db_.Get(rocksdb::ReadOptions(), LogKey(Entry(id).sequence), &value));
    if (status_.ok()) WriteValue(id, value, false);
  }

  void PutBlob(const Blob& blob) { Keep(batch_.Put(BlobDbKey(blob.kind, blob.key), blob.bytes)); }
  void RemoveBlob(const std::string& kind, const std::string& key) {
    Keep(batch_.Delete(BlobDbKey(kind, key)));
  }

  const absl::Status& status() const { return status_; }
  uint64_t last() const { return last_; }
  rocksdb::WriteBatch& batch() { return batch_; }

 private:
  void Keep(const rocksdb::Status& status) { Keep(FromRocks(status)); }
  void Keep(const absl::Status& status) {
    if (status_.ok()) status_ = status;
  }

  // With what the batch did so far.
  IndexEntry Entry(const std::string& id) {
    if (const auto found = written_.find(id); found != written_.end()) return found->second;
    const absl::StatusOr<IndexEntry> entry = GetEntry(db_, id);
    Keep(entry.status());
    return entry.ok() ? *entry : IndexEntry{0, true};
  }

  void Write(const LogRecord& record) {
    WriteValue(record.item_id, LogValue(record), record.removed);
  }

  void WriteValue(const std::string& id, const std::string& value, bool removed) {
    const IndexEntry old = Entry(id);
    if (old.sequence != 0) Keep(batch_.Delete(LogKey(old.sequence)));
    const IndexEntry entry{++last_, removed};
    Keep(batch_.Put(LogKey(entry.sequence), value));
    Keep(batch_.Put(IndexKey(id), IndexValue(entry)));
    written_[id] = entry;
  }

  // Vectors are put only after all removals, so those of this batch are not in the way.
  void RemoveHanging(const std::string& id) {
    const std::string prefix = VectorPrefix(id);
    Keep(ScanRange(db_, prefix, After(prefix), [this](std::string_view key, std::string_view) {
      Keep(batch_.Delete(rocksdb::Slice(key.data(), key.size())));
      return true;
    }));
    RemoveBlob(kThumbnailBlob, id);
    RemoveBlob(kOriginalBlob, id);
  }

  rocksdb::DB& db_;
  uint64_t last_;
  rocksdb::WriteBatch batch_;
  std::unordered_map<std::string, IndexEntry> written_;
  absl::Status status_;
};

class RocksStore : public Store {
 public:
  RocksStore(std::unique_ptr<rocksdb::DB> db, uint64_t last) : db_(std::move(db)), last_(last) {}

  absl::StatusOr<uint64_t> Apply(const WriteBatch& batch) override {
    const std::lock_guard lock(mutex_);
    const absl::Status checked =
        CheckBatch(batch, [this](const std::string& id) { return IsLive(id); });
    if (!checked.ok()) return checked;
    Draft draft(*db_, last_);
    for (const std::string& id : batch.remove_items) draft.Remove(id);
    for (const auto& [kind, key] : batch.remove_blobs) draft.RemoveBlob(kind, key);
    for (const Item& item : batch.put_items) draft.Put(item);
    for (const Item& item : batch.update_items) draft.Update(item);
    for (const StoredVector& vector : batch.put_vectors) draft.PutVector(vector);
    for (const Blob& blob : batch.put_blobs) draft.PutBlob(blob);
    if (!draft.status().ok()) return draft.status();
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status written = db_->Write(options, &draft.batch());
    last_ = draft.last();  // after an error too: its numbers may yet turn up in the database's log
    if (!written.ok()) return FromRocks(written);
    return last_;
  }

  absl::StatusOr<Item> GetItem(const std::string& id) const override {
    // A change between the two reads moves the record; then the entry has changed too.
    for (uint64_t seen = 0;;) {
      const absl::StatusOr<IndexEntry> entry = GetEntry(*db_, id);
      if (!entry.ok()) return entry.status();
      if (entry->removed) return absl::NotFoundError(fmt::format("there is no item '{}'", id));
      std::string value;
      const std::string key = LogKey(entry->sequence);
      const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), key, &value);
      if (status.ok()) {
        absl::StatusOr<LogRecord> record = ParseLog(key, value);
        if (!record.ok()) return record.status();
        return std::move(record->item);
      }
      if (!status.IsNotFound()) return FromRocks(status);
      if (entry->sequence == seen) {
        return absl::DataLossError(fmt::format("the record of item '{}' is missing", id));
      }
      seen = entry->sequence;
    }
  }

  absl::StatusOr<std::vector<StoredVector>> GetVectors(const std::string& item_id,
                                                       const std::string& model) const override {
    const std::string prefix = model.empty() ? VectorPrefix(item_id) : VectorPrefix(item_id, model);
    std::vector<StoredVector> found;
    const absl::Status scanned =
        ScanRange(*db_, prefix, After(prefix),
                  [&found](std::string_view key, std::string_view value) -> absl::StatusOr<bool> {
                    absl::StatusOr<StoredVector> vector = ParseVector(key, value);
                    if (!vector.ok()) return vector.status();
                    found.push_back(*std::move(vector));
                    return true;
                  });
    if (!scanned.ok()) return scanned;
    return found;
  }

  absl::StatusOr<std::string> GetBlob(const std::string& kind,
                                      const std::string& key) const override {
    std::string bytes;
    const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), BlobDbKey(kind, key), &bytes);
    if (status.IsNotFound()) {
      return absl::NotFoundError(fmt::format("there is no {} of '{}'", kind, key));
    }
    if (!status.ok()) return FromRocks(status);
    return bytes;
  }

  absl::Status ScanBlobs(
      const std::string& kind,
      const std::function<bool(const std::string&, const std::string&)>& visit) const override {
    const std::string prefix = BlobPrefix(kind);
    return ScanRange(*db_, prefix, After(prefix),
                     [&](std::string_view key, std::string_view value) {
                       return visit(std::string(key.substr(prefix.size())), std::string(value));
                     });
  }

  absl::Status ScanLog(uint64_t after, const std::function<bool(LogRecord)>& visit) const override {
    if (after == UINT64_MAX) return absl::OkStatus();
    return ScanRange(
        *db_, LogKey(after + 1), LogEnd(),
        [&visit](std::string_view key, std::string_view value) -> absl::StatusOr<bool> {
          absl::StatusOr<LogRecord> record = ParseLog(key, value);
          if (!record.ok()) return record.status();
          return visit(*std::move(record));
        },
        LongScan());
  }

 private:
  absl::StatusOr<bool> IsLive(const std::string& id) const {
    const absl::StatusOr<IndexEntry> entry = GetEntry(*db_, id);
    if (!entry.ok()) return entry.status();
    return !entry->removed;
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::mutex mutex_;  // one Apply at a time
  uint64_t last_;     // sequence of the last log record; guarded by mutex_
};

absl::Status OpenError(const std::string& path, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (text.find("LOCK") != std::string::npos && status.IsIOError()) {
    return absl::UnavailableError(fmt::format(
        "'{}' is open already: is `imago serve` or another imago running on it?", path));
  }
  const absl::Status plain = FromRocks(status);
  return absl::Status(plain.code(),
                      fmt::format("cannot open '{}': {}", path, std::string(plain.message())));
}

// Writes the format into a new database, and refuses one of another format or program.
absl::Status CheckFormat(rocksdb::DB& db, const std::string& path) {
  std::string format;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), kFormatKey, &format);
  if (status.ok()) {
    if (format == kRocksFormat) return absl::OkStatus();
    return absl::FailedPreconditionError(fmt::format(
        "the database '{}' has format {}, this program reads {}", path, format, kRocksFormat));
  }
  if (!status.IsNotFound()) return FromRocks(status);
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(rocksdb::ReadOptions()));
  at->SeekToFirst();
  if (at->Valid()) {
    return absl::FailedPreconditionError(fmt::format("the database '{}' is not imago's", path));
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  return FromRocks(db.Put(options, kFormatKey, kRocksFormat));
}

absl::StatusOr<uint64_t> LastSequence(rocksdb::DB& db) {
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(rocksdb::ReadOptions()));
  at->SeekForPrev(LogEnd());
  if (!at->status().ok()) return FromRocks(at->status());
  if (!at->Valid() || !at->key().starts_with("L")) return 0;
  const absl::StatusOr<LogRecord> record = ParseLog(View(at->key()), View(at->value()));
  if (!record.ok()) return record.status();
  return record->sequence;
}

absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenDatabase(const std::string& path) {
  if (const absl::Status made = MakeFolders(path); !made.ok()) return made;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(DatabaseOptions(), path, &opened);
  std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) return OpenError(path, status);
  if (const absl::Status checked = CheckFormat(*db, path); !checked.ok()) return checked;
  return db;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksStore(const std::string& path) {
  absl::StatusOr<std::unique_ptr<rocksdb::DB>> db = OpenDatabase(path);
  if (!db.ok()) return db.status();
  const absl::StatusOr<uint64_t> last = LastSequence(**db);
  if (!last.ok()) return last.status();
  return std::make_unique<RocksStore>(*std::move(db), *last);
}

absl::Status ScanRocks(const std::string& path,
                       const std::function<void(std::string_view, std::string_view)>& visit) {
  absl::StatusOr<std::unique_ptr<rocksdb::DB>> db = OpenDatabase(path);
  if (!db.ok()) return db.status();
  if (const rocksdb::Status sums = (*db)->VerifyChecksum(); !sums.ok()) return FromRocks(sums);
  const auto each = [&visit](std::string_view key, std::string_view value) {
    visit(key, value);
    return true;
  };
  return ScanRange(**db, "", "", each, LongScan());
}

}  // namespace imago
