#ifndef IMAGO_KERNELS_TOP_K_H_
#define IMAGO_KERNELS_TOP_K_H_

// Exact search: the k rows with the largest dot product, for many queries in one pass over the
// rows.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/matrix.h"
#include "kernels/row_mask.h"

namespace imago {

struct Neighbor {
  uint32_t row = 0;
  float score = 0;
  friend bool operator==(const Neighbor&, const Neighbor&) = default;
};

// Larger score first, and of equal scores the smaller row first. NaN scores are never returned.
inline bool Better(const Neighbor& a, const Neighbor& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;
}

struct TopKOptions {
  size_t k = 10;
  // Only rows in the mask are considered; null means all. The mask covers at least all the rows.
  const RowMask* keep = nullptr;
  // Worker threads; each scans a part of the rows.
  int threads = 1;
};

// For each query up to k neighbours, best first. Queries [nq, dim], rows [n, dim]; the caller has
// checked that the dims agree. A pure function; uses ActiveKernels().
std::vector<std::vector<Neighbor>> TopK(MatrixView queries, MatrixView rows,
                                        const TopKOptions& options);
std::vector<std::vector<Neighbor>> TopK(MatrixView queries, HalfMatrixView rows,
                                        const TopKOptions& options);

}  // namespace imago

#endif  // IMAGO_KERNELS_TOP_K_H_
