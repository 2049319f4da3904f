#ifndef IMAGO_INDEX_SEGMENT_BUILDER_H_
#define IMAGO_INDEX_SEGMENT_BUILDER_H_

// Makes a segment item by item.

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/snapshot.h"
#include "index/vector_index.h"
#include "kernels/matrix.h"
#include "storage/store.h"

namespace imago {

struct SegmentOptions {
  IndexOptions index;
  int dim = 0;
  size_t ann_rows = 4096;  // smaller segments are exact, whatever index.kind says
};

class SegmentBuilder {
 public:
  SegmentBuilder(const SegmentOptions& options, uint64_t number);

  // Adds an item with its rows, in order of their keys. kInvalidArgument when a vector has another
  // dim or a value that is not finite.
  absl::Status Add(std::shared_ptr<const ItemRecord> record, std::vector<StoredVector> vectors);
  absl::StatusOr<std::shared_ptr<const Segment>> Finish() &&;

 private:
  absl::Status Flush();

  SegmentOptions options_;
  std::shared_ptr<Segment> segment_;
  std::unique_ptr<VectorIndex> index_;  // null until its kind is known
  HalfMatrix pending_;                  // rows that are not in it yet
};

// Finishes `builder` with the items, in order, and what the store has of `model` for each.
absl::StatusOr<std::shared_ptr<const Segment>> BuildFromStore(
    const Store& store, const std::string& model,
    const std::vector<std::shared_ptr<const ItemRecord>>& items, SegmentBuilder builder);

}  // namespace imago

#endif  // IMAGO_INDEX_SEGMENT_BUILDER_H_
