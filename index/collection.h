#ifndef IMAGO_INDEX_COLLECTION_H_
#define IMAGO_INDEX_COLLECTION_H_

// One collection on disk: the store (the truth) and the index made from it.
//
//   <dir>/store/                      RocksDB
//   <dir>/index/CURRENT               the name of the manifest in force
//   <dir>/index/MANIFEST-<n>          JSON: model, dim, kind, the log sequence covered, segments
//   with sizes and SHA-256 <dir>/index/segment-<n>           row keys, sequences and the
//   VectorIndex bytes
//
// A write is first synced to the store, then published to readers as a new snapshot. The files
// under index/ are a cache: a missing, torn or foreign one is found by its checksum and made again
// from the store.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/snapshot.h"
#include "index/vector_index.h"
#include "storage/store.h"

namespace imago {

struct CollectionOptions {
  IndexOptions index;
  size_t merge_segments =
      8;  // small segments are merged when more than this many have come together
};

// An item to write with its vectors (rows of the collection's model) and what hangs on it.
struct Entry {
  Item item;
  std::vector<StoredVector> vectors;
  std::string thumbnail;  // JPEG
  std::string original;   // uploaded bytes; empty for files
};

struct Finding {
  std::string what;
};

class Collection {
 public:
  // Opens or creates. `model` and `dim` are those of the encoder in use; a collection whose vectors
  // come from another model is kFailedPrecondition naming both (empty ones take the new model).
  static absl::StatusOr<std::unique_ptr<Collection>> Open(const std::string& dir,
                                                          const std::string& model, int dim,
                                                          const CollectionOptions& options = {});
  ~Collection();

  // Thread-safe, lock-free for readers once returned.
  std::shared_ptr<const Snapshot> snapshot() const;
  const Store& store() const;

  // Durable, then searchable. One writer at a time (serialised inside). Rows with a wrong model or
  // dim: kInvalidArgument, nothing written.
  absl::Status Write(std::vector<Entry> entries);
  absl::Status Remove(const std::vector<std::string>& ids);
  // Replaces caption and metadata, keeps vectors. kNotFound.
  absl::Status UpdateItem(const Item& item);
  absl::Status PutBlobs(std::vector<Blob> blobs);
  // Writes the index files for what is published, so that the next Open is quick; called by Close
  // and at the end of imports.
  absl::Status Flush();

  // Item whose bytes have this hash, or empty.
  std::string FindBySha256(const std::string& sha256) const;

 private:
  struct Impl;
  explicit Collection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Checks every invariant offline: each item decodes, has its vectors of unit length and one model,
// blobs belong to items, manifest and segments match the store. Empty when all is well.
absl::StatusOr<std::vector<Finding>> VerifyCollection(const std::string& dir);

}  // namespace imago

#endif  // IMAGO_INDEX_COLLECTION_H_
