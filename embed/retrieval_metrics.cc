#include "embed/retrieval_metrics.h"

#include <algorithm>
#include <numeric>

#include "kernels/kernels.h"

namespace imago {
namespace {

size_t RankOf(const float* scores, size_t candidates, const std::vector<uint32_t>& right) {
  float best = scores[right[0]];
  for (const uint32_t candidate : right) best = std::max(best, scores[candidate]);
  size_t rank = 0;
  for (size_t c = 0; c < candidates; ++c) {
    const bool is_right = std::find(right.begin(), right.end(), c) != right.end();
    if (!is_right && !(scores[c] < best)) ++rank;
  }
  return rank;
}

}  // namespace

std::vector<size_t> Ranks(MatrixView scores, const std::vector<std::vector<uint32_t>>& right) {
  std::vector<size_t> ranks;
  for (size_t q = 0; q < scores.rows(); ++q) {
    ranks.push_back(RankOf(scores.row(q), scores.cols(), right[q]));
  }
  return ranks;
}

double RecallAt(const std::vector<size_t>& ranks, size_t k) {
  if (ranks.empty()) return 0;
  const auto hits = std::count_if(ranks.begin(), ranks.end(), [k](size_t r) { return r < k; });
  return static_cast<double>(hits) / static_cast<double>(ranks.size());
}

double PrecisionAt(MatrixView scores, const std::vector<int>& query_labels,
                   const std::vector<int>& candidate_labels, size_t k) {
  size_t hits = 0;
  std::vector<uint32_t> order(scores.cols());
  const size_t best = std::min(k, order.size());
  for (size_t q = 0; q < scores.rows(); ++q) {
    const float* row = scores.row(q);
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(best), order.end(),
        [row](uint32_t a, uint32_t b) { return row[a] != row[b] ? row[a] > row[b] : a < b; });
    for (size_t i = 0; i < best; ++i) hits += candidate_labels[order[i]] == query_labels[q];
  }
  const size_t total = scores.rows() * best;
  return total == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(total);
}

double ChancePrecision(const std::vector<int>& query_labels,
                       const std::vector<int>& candidate_labels) {
  size_t hits = 0;
  for (const int label : query_labels) {
    hits += std::count(candidate_labels.begin(), candidate_labels.end(), label);
  }
  const double pairs =
      static_cast<double>(query_labels.size()) * static_cast<double>(candidate_labels.size());
  return pairs == 0 ? 0 : static_cast<double>(hits) / pairs;
}

Matrix Scores(MatrixView queries, MatrixView candidates) {
  Matrix scores(queries.rows(), candidates.rows());
  ActiveKernels().dots_f32(queries.data(), queries.rows(), candidates.data(), candidates.rows(),
                           queries.cols(), scores.data());
  return scores;
}

}  // namespace imago
