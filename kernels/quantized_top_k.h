#ifndef IMAGO_KERNELS_QUANTIZED_TOP_K_H_
#define IMAGO_KERNELS_QUANTIZED_TOP_K_H_

// Exact search that reads an eighth of the bytes of the f16 rows, or up to half where scores lie
// close together. One pass, in which each row goes as far as it has to:
//
//   2 bits a value, for one query alone: can it reach the query's k-th best score so far? If so,
//   4 bits a value: can it? If so,
//   8 bits a value: can it still? If so,
//   its f16 original, with the product that TopK uses, is offered to the k best.
//
// The k-th best score never falls, so a row that was left could not have been among the k best at
// the end: the answer is that of TopK, to the bit. A row that 2 bits leave in, but that lies below
// what the k-th best score will be by what has been seen, waits till the end for its next look. The
// same is true of the k-th best score of rows that another thread has seen. Why the bounds hold:
// quantized_queries.h.

#include <vector>

#include "kernels/matrix.h"
#include "kernels/quantized_rows.h"
#include "kernels/top_k.h"

namespace imago {

// TopK(queries, rows, options) for finite queries and rows that `quantized` covers. Left to TopK
// are calls where k is a large part of the rows, and queries too long or too short for the bounds.
std::vector<std::vector<Neighbor>> QuantizedTopK(MatrixView queries, HalfMatrixView rows,
                                                 const QuantizedRows& quantized,
                                                 const TopKOptions& options);

}  // namespace imago

#endif  // IMAGO_KERNELS_QUANTIZED_TOP_K_H_
