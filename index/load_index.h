#ifndef IMAGO_INDEX_LOAD_INDEX_H_
#define IMAGO_INDEX_LOAD_INDEX_H_

// Brings a collection's index up from its files and its store. The store decides what is live; a
// file that is missing, damaged or of something else is logged and its items are indexed anew.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "index/index_folder.h"
#include "index/segment_builder.h"
#include "index/snapshot.h"
#include "storage/store.h"

namespace imago {

struct LoadOptions {
  std::string collection;  // id
  std::string model;
  SegmentOptions segment;
};

struct LoadedIndex {
  std::shared_ptr<const Snapshot> snapshot;
  std::map<uint64_t, SegmentFile> files;  // of the segments that came from files, by number
  uint64_t next_number = 1;               // for new segments
  std::optional<uint64_t> sequence;       // of the manifest, if all that it names was good
};

// Fails only where the store does.
absl::StatusOr<LoadedIndex> LoadIndexFrom(const IndexFolder& folder, const Store& store,
                                          const LoadOptions& options);

}  // namespace imago

#endif  // IMAGO_INDEX_LOAD_INDEX_H_
