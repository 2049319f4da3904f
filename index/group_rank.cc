#include "index/group_rank.h"

#include <algorithm>
#include <cmath>

#include "kernels/best.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

bool LargerMax(const GroupMax& a, const GroupMax& b) {
  return a.score != b.score ? a.score > b.score : a.group < b.group;
}

void OfferGroup(const float* query, uint32_t group, const RankGroups& how, Best& best) {
  const size_t first = size_t{group} * kGroupRows;
  const size_t count = std::min<size_t>(kGroupRows, how.rows.rows() - first);
  float scores[kGroupRows];
  ActiveKernels().dots_f16(query, 1, how.rows.row(first), count, how.rows.cols(), scores);
  for (size_t i = 0; i < count; ++i) {
    const auto row = static_cast<uint32_t>(first + i);
    if (how.keep == nullptr || how.keep->Get(row)) best.Offer(scores + i, &row, 1);
  }
}

}  // namespace

double LargestNorm(HalfMatrixView rows) {
  const Kernels& kernels = ActiveKernels();
  std::vector<float> row(rows.cols());
  float square = 0;
  for (size_t r = 0; r < rows.rows(); ++r) {
    kernels.to_f32(rows.row(r), row.data(), row.size());
    square = std::max(square, kernels.dot_f32(row.data(), row.data(), row.size()));
  }
  return std::sqrt(double{square}) * 1.004;  // the square is off by at most 2^-8 of itself
}

std::optional<double> QueryNorm(const float* query, size_t dim) {
  double square = 0;
  for (size_t i = 0; i < dim; ++i) square += double{query[i]} * query[i];
  const double norm = std::sqrt(square);
  if (norm < kMinQueryNorm || norm > kMaxQueryNorm) return std::nullopt;
  return norm;
}

std::optional<std::vector<Neighbor>> BestOfGroups(const float* query, std::vector<GroupMax> groups,
                                                  const RankGroups& how) {
  const std::optional<double> norm = QueryNorm(query, how.rows.cols());
  if (!norm) return std::nullopt;
  const double error =
      2.2 * static_cast<double>(how.rows.cols()) * 0x1p-24 * *norm * how.largest_norm;
  std::sort(groups.begin(), groups.end(), LargerMax);
  Best best(how.k);
  const auto rest_is_worse = [&](const GroupMax& group) {
    return group.score + error < double{best.threshold()};
  };
  for (const GroupMax& group : groups) {
    if (rest_is_worse(group)) return std::move(best).Sorted();
    OfferGroup(query, group.group, how, best);
  }
  if (how.all || (!groups.empty() && rest_is_worse(groups.back()))) return std::move(best).Sorted();
  return std::nullopt;
}

}  // namespace imago
