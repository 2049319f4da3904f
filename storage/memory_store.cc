#include <fmt/format.h>

#include <map>
#include <mutex>
#include <tuple>
#include <unordered_set>

#include "storage/check_batch.h"
#include "storage/store.h"

namespace imago {
namespace {

// Item, model, part, begin and end: the order of GetVectors.
using VectorKey = std::tuple<std::string, std::string, RowPart, int32_t, int32_t>;

VectorKey KeyOf(const StoredVector& vector) {
  return {vector.key.item_id, vector.model, vector.key.part, vector.key.begin_ms,
          vector.key.end_ms};
}

class MemoryStore : public Store {
 public:
  absl::StatusOr<uint64_t> Apply(const WriteBatch& batch) override {
    const std::lock_guard lock(mutex_);
    const absl::Status checked =
        CheckBatch(batch, [this](const std::string& id) { return IsLive(id); });
    if (!checked.ok()) return checked;
    RemoveAll(batch);
    std::unordered_set<std::string> written;
    for (const Item& item : batch.put_items) {
      if (IsLive(item.id)) RemoveHanging(item.id);
      Write({0, false, item.id, item});
      written.insert(item.id);
    }
    for (const Item& item : batch.update_items) {
      Write({0, false, item.id, item});
      written.insert(item.id);
    }
    for (const StoredVector& vector : batch.put_vectors) {
      const std::string& id = vector.key.item_id;
      if (written.insert(id).second) Write(LogRecord(log_.at(sequences_.at(id))));
      vectors_.insert_or_assign(KeyOf(vector), vector);
    }
    for (const Blob& blob : batch.put_blobs) blobs_[{blob.kind, blob.key}] = blob.bytes;
    return last_;
  }

  absl::StatusOr<Item> GetItem(const std::string& id) const override {
    const std::lock_guard lock(mutex_);
    if (!IsLive(id)) return absl::NotFoundError(fmt::format("there is no item '{}'", id));
    return log_.at(sequences_.at(id)).item;
  }

  absl::StatusOr<std::vector<StoredVector>> GetVectors(const std::string& item_id,
                                                       const std::string& model) const override {
    const std::lock_guard lock(mutex_);
    std::vector<StoredVector> found;
    for (auto at = FirstVector(item_id); IsOf(at, item_id); ++at) {
      if (model.empty() || at->second.model == model) found.push_back(at->second);
    }
    return found;
  }

  absl::StatusOr<std::string> GetBlob(const std::string& kind,
                                      const std::string& key) const override {
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find({kind, key});
    if (found != blobs_.end()) return found->second;
    return absl::NotFoundError(fmt::format("there is no {} of '{}'", kind, key));
  }

  absl::Status ScanBlobs(
      const std::string& kind,
      const std::function<bool(const std::string&, const std::string&)>& visit) const override {
    std::vector<std::pair<std::string, std::string>> found;
    {
      const std::lock_guard lock(mutex_);
      for (auto at = blobs_.lower_bound({kind, ""}); at != blobs_.end() && at->first.first == kind;
           ++at) {
        found.emplace_back(at->first.second, at->second);
      }
    }
    for (const auto& [key, bytes] : found) {
      if (!visit(key, bytes)) break;
    }
    return absl::OkStatus();
  }

  absl::Status ScanLog(uint64_t after, const std::function<bool(LogRecord)>& visit) const override {
    std::vector<LogRecord> found;
    {
      const std::lock_guard lock(mutex_);
      for (auto at = log_.upper_bound(after); at != log_.end(); ++at) found.push_back(at->second);
    }
    for (const LogRecord& record : found) {
      if (!visit(record)) break;
    }
    return absl::OkStatus();
  }

 private:
  using Vectors = std::map<VectorKey, StoredVector>;

  bool IsLive(const std::string& id) const {
    const auto found = sequences_.find(id);
    return found != sequences_.end() && !log_.at(found->second).removed;
  }

  Vectors::const_iterator FirstVector(const std::string& id) const {
    return vectors_.lower_bound(VectorKey(id, "", RowPart{0}, INT32_MIN, INT32_MIN));
  }
  bool IsOf(Vectors::const_iterator at, const std::string& id) const {
    return at != vectors_.end() && std::get<0>(at->first) == id;
  }

  void RemoveHanging(const std::string& id) {
    auto at = FirstVector(id);
    while (IsOf(at, id)) at = vectors_.erase(at);
    blobs_.erase({kThumbnailBlob, id});
    blobs_.erase({kOriginalBlob, id});
  }

  void RemoveAll(const WriteBatch& batch) {
    for (const std::string& id : batch.remove_items) {
      if (!IsLive(id)) continue;
      RemoveHanging(id);
      Write({0, true, id, {}});
    }
    for (const auto& key : batch.remove_blobs) blobs_.erase(key);
  }

  void Write(LogRecord record) {
    record.sequence = ++last_;
    const auto [at, is_new] = sequences_.emplace(record.item_id, last_);
    if (!is_new) log_.erase(std::exchange(at->second, last_));
    log_.emplace(last_, std::move(record));
  }

  mutable std::mutex mutex_;
  uint64_t last_ = 0;
  std::map<uint64_t, LogRecord> log_;
  std::map<std::string, uint64_t> sequences_;  // of the newest record of each item
  Vectors vectors_;
  std::map<std::pair<std::string, std::string>, std::string> blobs_;
};

}  // namespace

std::unique_ptr<Store> NewMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace imago
