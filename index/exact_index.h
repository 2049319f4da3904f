#ifndef IMAGO_INDEX_EXACT_INDEX_H_
#define IMAGO_INDEX_EXACT_INDEX_H_

// Scans every kept row with the kernels in use: never misses one. From a few thousand rows on it
// reads them in 4 bits first (kernels/quantized_top_k.h), which takes one byte a value beside the
// f16 originals; these bytes are made from the rows and not saved: of a loaded index in the
// background, while searches read the originals.

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
