#ifndef IMAGO_STORAGE_STORE_H_
#define IMAGO_STORAGE_STORE_H_

// What we were given, durably: items, their vectors, thumbnails, uploaded bytes, jobs, and a log of
// all changes. The store is the truth; indexes are made from it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kernels/matrix.h"
#include "storage/item.h"

namespace imago {

// One embedding of one item: f16, unit length, and the model that made it ("clip@1a2b3c4d").
struct StoredVector {
  RowKey key;
  std::string model;
  std::vector<Half> values;

  friend bool operator==(const StoredVector&, const StoredVector&) = default;
};

// A named value beside the items. Kinds are fixed strings, see the constants.
struct Blob {
  std::string kind;
  std::string key;
  std::string bytes;
};
inline constexpr char kThumbnailBlob[] = "thumb";    // key: item id; 256 px JPEG
inline constexpr char kOriginalBlob[] = "original";  // key: item id; uploaded bytes
inline constexpr char kJobBlob[] = "job";            // key: job id; JSON
inline constexpr char kMetaBlob[] = "meta";          // key: setting of the collection

// Applied all or not at all, in the order of the fields.
struct WriteBatch {
  std::vector<std::string> remove_items{};  // an item goes with its vectors, thumbnail and
                                            // original; unknown ids are ignored
  std::vector<std::pair<std::string, std::string>> remove_blobs{};  // kind, key; unknown: ignored
  std::vector<Item> put_items{};  // replaces the item of the same id with all that hung on it
  std::vector<Item>
      update_items{};  // replaces the item, keeps what hangs on it; unknown: kNotFound
  std::vector<StoredVector>
      put_vectors{};  // of items that are there by now, else kInvalidArgument;
                      // replaces the one of the same key and model
  std::vector<Blob> put_blobs{};

  bool empty() const;
};

// The newest entry of the log for one item.
struct LogRecord {
  uint64_t sequence = 0;  // from 1, in the order of writing
  bool removed = false;
  std::string item_id;
  Item item;  // as written; empty when removed
};

// Thread-safe. Every write is synced when Apply returns: it survives kill -9 and power loss.
class Store {
 public:
  virtual ~Store() = default;

  // Returns the sequence of the last log record afterwards. Each removed, put or updated item
  // writes one record, in the order of the batch, numbered one after another; it takes the place of
  // the item's older record. So does, last, each item that only gets vectors. An item that
  // CheckItem refuses is kInvalidArgument. Of a refused batch nothing is there; after trouble with
  // the disk, reopening shows all of it or nothing.
  virtual absl::StatusOr<uint64_t> Apply(const WriteBatch& batch) = 0;
  // kNotFound when there is none.
  virtual absl::StatusOr<Item> GetItem(const std::string& id) const = 0;
  // In order of model and key; empty when there are none. An empty model means all models.
  virtual absl::StatusOr<std::vector<StoredVector>> GetVectors(const std::string& item_id,
                                                               const std::string& model) const = 0;
  virtual absl::StatusOr<std::string> GetBlob(const std::string& kind,
                                              const std::string& key) const = 0;
  // Calls `visit` for each blob of the kind in order of key (as bytes) until it returns false. Sees
  // one consistent state; `visit` may use the store.
  virtual absl::Status ScanBlobs(
      const std::string& kind,
      const std::function<bool(const std::string& key, const std::string& bytes)>& visit) const = 0;
  // Calls `visit` for the newest record of each item ever put, in order of sequence, for sequences
  // > after, until it returns false. Sees one consistent state; `visit` may use the store.
  virtual absl::Status ScanLog(uint64_t after,
                               const std::function<bool(LogRecord)>& visit) const = 0;
};

std::unique_ptr<Store> NewMemoryStore();
// Opens or creates the RocksDB database in `path`. A database of another format is
// kFailedPrecondition, one that is open already kUnavailable; both say so in plain words.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksStore(const std::string& path);
// Reads the whole database in `path` and says what is wrong with it: blocks with bad checksums,
// items that do not decode, records, vectors that belong to no item. Empty when all is well.
absl::StatusOr<std::vector<std::string>> CheckRocksStore(const std::string& path);

}  // namespace imago

#endif  // IMAGO_STORAGE_STORE_H_
