#include <algorithm>
#include <filesystem>

#include "fmt/format.h"
#include "index/check_entry.h"
#include "index/collection.h"
#include "index/collection_id.h"
#include "index/verify_index.h"

namespace imago {
namespace {

// Looks through the store, and keeps what the index is compared with.
class StoreVerifier {
 public:
  StoreVerifier(const Store& store, const CollectionId& id, std::vector<Finding>& findings)
      : store_(store), id_(id), findings_(findings) {}

  void Run() {
    const absl::Status scanned = store_.ScanLog(0, [this](const LogRecord& record) {
      records_.emplace(record.item_id, NewestRecord{record.sequence, record.removed});
      if (!record.removed) CheckItem(record.item);
      return true;
    });
    if (!scanned.ok()) Find(std::string(scanned.message()));
    CheckBlobs(kThumbnailBlob);
    CheckBlobs(kOriginalBlob);
  }

  const NewestRecords& records() const { return records_; }

 private:
  void Find(std::string what) { findings_.push_back({std::move(what)}); }

  void CheckItem(const Item& item) {
    CheckVectors(item.id, /*needed=*/item.kind != MediaKind::kCaption);
    for (const Event& event : item.events) {
      if (StandsInCaption(event, item.caption)) continue;
      Find(fmt::format("item '{}' has an event {} ('{}') that does not stand in its caption",
                       item.id, event.type, event.trigger));
    }
  }

  static bool StandsAt(const TextSpan& span, const std::string& words, const std::string& text) {
    return span.end <= text.size() && text.substr(span.begin, span.end - span.begin) == words;
  }

  static bool StandsInCaption(const Event& event, const std::string& caption) {
    if (event.source != EventSource::kCaption) return true;
    return StandsAt(event.trigger_span, event.trigger, caption) &&
           std::all_of(event.arguments.begin(), event.arguments.end(),
                       [&caption](const EventArgument& one) {
                         return StandsAt(one.span, one.filler, caption) &&
                                StandsAt(one.head_span, one.head, caption);
                       });
  }

  void CheckVectors(const std::string& item, bool needed) {
    const absl::StatusOr<std::vector<StoredVector>> vectors = store_.GetVectors(item, "");
    if (!vectors.ok()) return Find(std::string(vectors.status().message()));
    if (vectors->empty() && needed) Find(fmt::format("item '{}' has no vector", item));
    for (const StoredVector& vector : *vectors) CheckVector(item, vector);
  }

  void CheckVector(const std::string& item, const StoredVector& vector) {
    if (vector.model != id_.model) {
      return Find(fmt::format("a vector of item '{}' is of the model {}, not {}", item,
                              vector.model, id_.model));
    }
    if (vector.values.size() != static_cast<size_t>(id_.dim)) {
      return Find(fmt::format("a vector of item '{}' has dim {}, not {}", item,
                              vector.values.size(), id_.dim));
    }
    if (const double length = LengthOf(vector); !IsUnitLength(length)) {
      Find(fmt::format("a vector of item '{}' has the length {:.4g}, not 1", item, length));
    }
  }

  void CheckBlobs(const std::string& kind) {
    const absl::Status scanned =
        store_.ScanBlobs(kind, [&](const std::string& key, const std::string&) {
          const auto found = records_.find(key);
          if (found == records_.end() || found->second.removed) {
            Find(fmt::format("a {} belongs to the unknown item '{}'", kind, key));
          }
          return true;
        });
    if (!scanned.ok()) Find(std::string(scanned.message()));
  }

  const Store& store_;
  const CollectionId& id_;
  std::vector<Finding>& findings_;
  NewestRecords records_;
};

}  // namespace

absl::StatusOr<std::vector<Finding>> VerifyCollection(const std::string& dir) {
  const std::string store_dir = dir + "/store";
  if (!std::filesystem::exists(store_dir + "/CURRENT")) {
    return absl::NotFoundError(fmt::format("there is no collection in '{}'", dir));
  }
  absl::StatusOr<std::vector<std::string>> faults = CheckRocksStore(store_dir);
  if (!faults.ok()) return faults.status();
  std::vector<Finding> findings;
  for (std::string& fault : *faults) findings.push_back({std::move(fault)});
  absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksStore(store_dir);
  if (!store.ok() && !findings.empty()) return findings;  // they say why
  if (!store.ok()) return store.status();
  const absl::StatusOr<CollectionId> id = ReadCollectionId(**store);
  if (absl::IsNotFound(id.status())) return findings;  // killed before it had its name
  if (!id.ok()) {
    findings.push_back({std::string(id.status().message())});
    return findings;
  }
  StoreVerifier verifier(**store, *id, findings);
  verifier.Run();
  VerifyIndex({dir + "/index", **store, *id, verifier.records()}, findings);
  return findings;
}

}  // namespace imago
