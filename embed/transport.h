#ifndef IMAGO_EMBED_TRANSPORT_H_
#define IMAGO_EMBED_TRANSPORT_H_

// Optimal transport between two small sets of equal weights, by the proximal point method IPOT (Xie
// et al. 2020, arXiv 1802.04307), as CLIP-Event (Li et al. 2022, arXiv 2201.05078) aligns what a
// text names with what a picture shows.

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

// Row by row.
struct TransportMatrix {
  size_t rows = 0;
  size_t columns = 0;
  std::vector<double> values;  // rows * columns

  double& at(size_t row, size_t column) { return values[row * columns + column]; }
  double at(size_t row, size_t column) const { return values[row * columns + column]; }
};

struct TransportOptions {
  double beta = 0.5;  // the step of the proximal method: smaller is sharper and needs more steps
  int steps = 50;
};

// The plan: how much of each row's weight 1 / rows goes to each column, of which each receives
// 1 / columns. Costs are finite; rows that are padding do not belong into the matrix.
// kInvalidArgument names an empty matrix, a wrong number of values or a cost that is not finite.
absl::StatusOr<TransportMatrix> PlanTransport(const TransportMatrix& costs,
                                              const TransportOptions& options = {});

// The sum of costs, weighted by the plan.
double TransportCost(const TransportMatrix& costs, const TransportMatrix& plan);

}  // namespace imago

#endif  // IMAGO_EMBED_TRANSPORT_H_
