#ifndef IMAGO_INDEX_GROUP_RANK_H_
#define IMAGO_INDEX_GROUP_RANK_H_

// From a device's best groups of rows to the k best rows, proven.
//
// A device sums in another order than the kernels in use, so its score s' of a row and theirs, s,
// differ. In any order of summing n products, fused or not, either is off the true q . x by at most
// g |q| |x|, g = n u / (1 - n u), u = 2^-24 (Higham, Accuracy and Stability of Numerical
// Algorithms, 2nd ed., section 3.1). With X at least as long as every row,
//
//   |s - s'| <= 2 g |q| X <= 2.2 n u |q| X = E,
//
// where the tenth covers the rounding of |q| and X, 1 / (1 - n u), and underflow, for n up to
// kMaxDim and |q| between kMinNorm and kMaxNorm. So groups are gone through from the best down,
// each row scored by the kernels in use; once a group's best s' + E is below the k-th best s so
// far, no row of it or of a later group is among the k best. If the groups end before that, more of
// them are needed.

#include <optional>
#include <vector>

#include "kernels/cuda/group_scan.h"
#include "kernels/matrix.h"
#include "kernels/row_mask.h"
#include "kernels/top_k.h"

namespace imago {

inline constexpr size_t kMaxDeviceDim = size_t{1} << 16;
inline constexpr double kMinQueryNorm = 1e-20, kMaxQueryNorm = 1e20;

// At least the length of every row, and at most a hundredth more than the longest.
double LargestNorm(HalfMatrixView rows);
// |q|; nothing where it is out of the range for which E holds.
std::optional<double> QueryNorm(const float* query, size_t dim);

struct RankGroups {
  HalfMatrixView rows;  // all rows, as the device has them
  const RowMask* keep = nullptr;
  size_t k = 0;             // at least 1
  double largest_norm = 0;  // X
  bool all = false;         // the groups are all that have a kept row
};

// The k best rows for `query`, best first; nothing when `groups` do not prove them.
std::optional<std::vector<Neighbor>> BestOfGroups(const float* query, std::vector<GroupMax> groups,
                                                  const RankGroups& how);

}  // namespace imago

#endif  // IMAGO_INDEX_GROUP_RANK_H_
