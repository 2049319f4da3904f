#include "embed/transport.h"

#include <cmath>

#include "fmt/format.h"

namespace imago {
namespace {

absl::Status Check(const TransportMatrix& costs) {
  if (costs.rows == 0 || costs.columns == 0) {
    return absl::InvalidArgumentError(fmt::format(
        "nothing to transport between {} rows and {} columns", costs.rows, costs.columns));
  }
  if (costs.values.size() != costs.rows * costs.columns) {
    return absl::InvalidArgumentError(fmt::format("{} costs for {} rows of {} columns",
                                                  costs.values.size(), costs.rows, costs.columns));
  }
  for (size_t i = 0; i < costs.values.size(); ++i) {
    if (std::isfinite(costs.values[i])) continue;
    return absl::InvalidArgumentError(fmt::format("the cost of row {}, column {} is {}",
                                                  i / costs.columns, i % costs.columns,
                                                  costs.values[i]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TransportMatrix> PlanTransport(const TransportMatrix& costs,
                                              const TransportOptions& options) {
  if (auto status = Check(costs); !status.ok()) return status;
  const size_t n = costs.rows;
  const size_t m = costs.columns;
  TransportMatrix kernel = costs;
  for (double& value : kernel.values) value = std::exp(-value / options.beta);
  TransportMatrix plan = {n, m, std::vector<double>(n * m, 1)};
  std::vector<double> of_rows(n);
  std::vector<double> of_columns(m, 1.0 / static_cast<double>(m));
  for (int step = 0; step < options.steps; ++step) {
    for (size_t i = 0; i < plan.values.size(); ++i) plan.values[i] *= kernel.values[i];
    for (size_t r = 0; r < n; ++r) {
      double sum = 0;
      for (size_t c = 0; c < m; ++c) sum += plan.at(r, c) * of_columns[c];
      of_rows[r] = 1 / (static_cast<double>(n) * sum);
    }
    for (size_t c = 0; c < m; ++c) {
      double sum = 0;
      for (size_t r = 0; r < n; ++r) sum += plan.at(r, c) * of_rows[r];
      of_columns[c] = 1 / (static_cast<double>(m) * sum);
    }
    for (size_t r = 0; r < n; ++r) {
      for (size_t c = 0; c < m; ++c) plan.at(r, c) *= of_rows[r] * of_columns[c];
    }
  }
  return plan;
}

double TransportCost(const TransportMatrix& costs, const TransportMatrix& plan) {
  double sum = 0;
  for (size_t i = 0; i < costs.values.size(); ++i) sum += costs.values[i] * plan.values[i];
  return sum;
}

}  // namespace imago
