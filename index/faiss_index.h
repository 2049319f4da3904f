#ifndef IMAGO_INDEX_FAISS_INDEX_H_
#define IMAGO_INDEX_FAISS_INDEX_H_

// The approximate kinds, on FAISS. Both keep the rows once, as f16, and measure with the kernels in
// use; the options have been checked and the CPU runs FAISS.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "index/vector_index.h"

namespace imago {

// A graph of neighbours: Malkov and Yashunin, arXiv:1603.09320. Rows outside `keep` are walked
// through but not returned.
std::unique_ptr<VectorIndex> NewHnswIndex(const IndexOptions& options, int dim);
absl::StatusOr<std::unique_ptr<VectorIndex>> LoadHnswIndex(const IndexOptions& options, int dim,
                                                           const SavedIndex& saved);

// K-means cells that FAISS finds; a search scans the kept rows of the cells nearest to the query.
// Exact until it has 10,000 rows.
std::unique_ptr<VectorIndex> NewIvfIndex(const IndexOptions& options, int dim);
absl::StatusOr<std::unique_ptr<VectorIndex>> LoadIvfIndex(const IndexOptions& options, int dim,
                                                          const SavedIndex& saved);

}  // namespace imago

#endif  // IMAGO_INDEX_FAISS_INDEX_H_
