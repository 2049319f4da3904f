#ifndef IMAGO_INDEX_COLLECTION_H_
#define IMAGO_INDEX_COLLECTION_H_

// One collection on disk: the store (the truth) and the index made from it.
//
//   <dir>/store/              RocksDB
//   <dir>/index/CURRENT       the name of the manifest in force, and its SHA-256
//   <dir>/index/MANIFEST-<n>  JSON: model, dim, kind, the log sequence covered, the segment files
//   <dir>/index/segment-<n>   items, rows and the bytes of a VectorIndex
//
// A write is first synced to the store, then published to readers as a new snapshot. The files
// under index/ are a cache: a missing, torn or foreign one is found by its checksum and made again
// from the store; what the store has beyond them is indexed on opening.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "embed/event_extractor.h"
#include "index/snapshot.h"
#include "index/vector_index.h"
#include "storage/store.h"

namespace imago {

struct CollectionOptions {
  IndexOptions index;
  size_t merge_segments = 8;  // so many segments of about one size may lie side by side
  size_t ann_rows = 4096;     // segments of fewer rows are exact, whatever index.kind says
  // Reads the events of captions when items are written. Outlives the collection; null: items keep
  // the events that they come with.
  const EventExtractor* extractor = nullptr;
  // Called before each step of a write or flush ("apply", "publish", "segment", "manifest",
  // "sweep"), which ends there when this is an error. For tests of crashes; empty otherwise.
  std::function<absl::Status(std::string_view step)> before_step;
};

// An item to write with its vectors (rows of the collection's model) and what hangs on it.
struct Entry {
  Item item;
  std::vector<StoredVector> vectors;
  std::string thumbnail;  // JPEG
  std::string original;   // uploaded bytes; empty for files
};

struct Finding {
  std::string what;  // a sentence
};

class Collection {
 public:
  // Opens or creates. `model` and `dim` are those of the encoder in use; a collection whose vectors
  // come from another model is kFailedPrecondition naming both (empty ones take the new model), one
  // that is open elsewhere kUnavailable.
  static absl::StatusOr<std::unique_ptr<Collection>> Open(const std::string& dir,
                                                          const std::string& model, int dim,
                                                          const CollectionOptions& options = {});
  ~Collection();  // flushes

  // Thread-safe. Never null; readers take no lock on what it returns.
  std::shared_ptr<const Snapshot> snapshot() const;
  const Store& store() const;
  const EventExtractor* extractor() const;  // of the options

  // Durable, then searchable. One writer at a time (serialised inside). Each entry replaces the
  // item of its id with all that hung on it; of two with one id the last counts. The events of its
  // caption are read here, those of its picture come with it. kInvalidArgument, and nothing
  // written: vectors of another item, model or dim, not of unit length (within 1 %), or two with
  // one key.
  absl::Status Write(std::vector<Entry> entries);
  // Unknown ids are ignored.
  absl::Status Remove(const std::vector<std::string>& ids);
  // Replaces caption, with its events, and metadata, keeps the rest. kNotFound.
  absl::Status UpdateItem(const Item& item);
  // The same for several items with different ids, all or none.
  absl::Status UpdateItems(const std::vector<Item>& items);
  // Reads the events of all captions anew, as is needed where they were written before there were
  // events or with another ontology. How many items have others than before.
  absl::StatusOr<uint64_t> RefreshEvents();
  // kNotFound for thumbnails and originals of items that are not there.
  absl::Status PutBlobs(std::vector<Blob> blobs);
  // Writes the index files for what is published, so that the next Open is quick; called by the
  // destructor and at the end of imports.
  absl::Status Flush();

  // The smallest id of the items whose bytes have this hash, or empty. Thread-safe.
  std::string FindBySha256(const std::string& sha256) const;

 private:
  struct Impl;
  explicit Collection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Checks every invariant of a collection that nobody has open: each item decodes and has vectors of
// unit length and one model, captions alone having none, its events' words stand in its caption,
// blobs belong to items, the files of the index are whole and say what
// the store says. Items that the store has and the index has not yet are no finding. Empty when all
// is well; kNotFound when there is no collection.
absl::StatusOr<std::vector<Finding>> VerifyCollection(const std::string& dir);

}  // namespace imago

#endif  // IMAGO_INDEX_COLLECTION_H_
