#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "storage/rocks_keys.h"
#include "storage/rocks_scan.h"
#include "storage/store.h"

namespace imago {
namespace {

// Looks at keys in byte order: blobs, format, index entries, log records, vectors.
class Checker {
 public:
  void Visit(std::string_view key, std::string_view value) {
    switch (key.front()) {
      case 'I':
        return VisitEntry(key.substr(1), value);
      case 'L':
        return VisitLog(key, value);
      case 'V':
        return VisitVector(key, value);
      case 'B':
      case 'F':
        return;
      default:
        Find(fmt::format("the database has a key of the unknown kind '{}'", key.front()));
    }
  }

  std::vector<std::string> Finish() {
    for (const auto& [id, entry] : entries_) {
      if (!entry.logged) Find(fmt::format("item '{}' has no log record", id));
    }
    std::sort(findings_.begin(), findings_.end());
    return std::move(findings_);
  }

 private:
  struct Entry {
    IndexEntry index;
    bool logged = false;
  };

  void Find(std::string what) { findings_.push_back(std::move(what)); }

  void VisitEntry(std::string_view id, std::string_view value) {
    const absl::StatusOr<IndexEntry> entry = ParseIndexValue(value);
    if (!entry.ok()) return Find(fmt::format("item '{}' has a malformed entry", id));
    entries_[std::string(id)] = {*entry};
  }

  void VisitLog(std::string_view key, std::string_view value) {
    const absl::StatusOr<LogRecord> record = ParseLog(key, value);
    if (!record.ok()) return Find(std::string(record.status().message()));
    const auto found = entries_.find(record->item_id);
    if (found == entries_.end() || found->second.index.sequence != record->sequence ||
        found->second.index.removed != record->removed) {
      return Find(fmt::format("log record {} is not the newest of item '{}'", record->sequence,
                              record->item_id));
    }
    found->second.logged = true;
  }

  void VisitVector(std::string_view key, std::string_view value) {
    const absl::StatusOr<StoredVector> vector = ParseVector(key, value);
    if (!vector.ok()) return Find(std::string(vector.status().message()));
    const auto found = entries_.find(vector->key.item_id);
    if (found == entries_.end() || found->second.index.removed) {
      Find(fmt::format("a vector belongs to the unknown item '{}'", vector->key.item_id));
    }
  }

  std::unordered_map<std::string, Entry> entries_;
  std::vector<std::string> findings_;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> CheckRocksStore(const std::string& path) {
  Checker checker;
  const absl::Status scanned = ScanRocks(
      path, [&](std::string_view key, std::string_view value) { checker.Visit(key, value); });
  if (absl::IsDataLoss(scanned)) return std::vector{std::string(scanned.message())};
  if (!scanned.ok()) return scanned;
  return checker.Finish();
}

}  // namespace imago
