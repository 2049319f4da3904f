#ifndef IMAGO_EMBED_RETRIEVAL_METRICS_H_
#define IMAGO_EMBED_RETRIEVAL_METRICS_H_

// How good a ranking is. Equal scores count against the right answer, so that a model which scores
// everything alike gets nothing.

#include <cstdint>
#include <vector>

#include "kernels/matrix.h"

namespace imago {

// A rank for each query, from 0: how many candidates score at least as high as the best of the
// right ones (the right ones apart). scores [queries, candidates]; right[q] lists the candidates
// that are right for q, at least one.
std::vector<size_t> Ranks(MatrixView scores, const std::vector<std::vector<uint32_t>>& right);

// The share of ranks below k.
double RecallAt(const std::vector<size_t>& ranks, size_t k);

// The mean share, over queries, of candidates with the query's label among the k best of each. Ties
// by candidate number.
double PrecisionAt(MatrixView scores, const std::vector<int>& query_labels,
                   const std::vector<int>& candidate_labels, size_t k);

// What PrecisionAt gives on average when candidates are drawn blindly.
double ChancePrecision(const std::vector<int>& query_labels,
                       const std::vector<int>& candidate_labels);

// scores[q][c] = dot(query q, candidate c).
Matrix Scores(MatrixView queries, MatrixView candidates);

}  // namespace imago

#endif  // IMAGO_EMBED_RETRIEVAL_METRICS_H_
