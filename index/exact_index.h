#ifndef IMAGO_INDEX_EXACT_INDEX_H_
#define IMAGO_INDEX_EXACT_INDEX_H_

// Scans every kept row with the kernels in use: never misses one.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "index/vector_index.h"

namespace imago {

std::unique_ptr<VectorIndex> NewExactIndex(const IndexOptions& options, int dim);
absl::StatusOr<std::unique_ptr<VectorIndex>> LoadExactIndex(const IndexOptions& options, int dim,
                                                            const std::string& bytes);

}  // namespace imago

#endif  // IMAGO_INDEX_EXACT_INDEX_H_
