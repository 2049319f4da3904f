// Optimal transport against what can be known otherwise.

#include "embed/transport.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "embed/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using testing::HasSubstr;

// As cosine distances are, within 0 to 2.
TransportMatrix RandomCosts(size_t rows, size_t columns, uint64_t seed) {
  Random random(seed);
  TransportMatrix costs = {rows, columns, {}};
  for (size_t i = 0; i < rows * columns; ++i) costs.values.push_back(random.Uniform(0, 2));
  return costs;
}

// The least cost of an assignment of rows to columns: with equal weights no plan costs less
// (Birkhoff).
double LeastCost(const TransportMatrix& costs) {
  std::vector<size_t> columns(costs.rows);
  std::iota(columns.begin(), columns.end(), 0);
  double least = std::numeric_limits<double>::infinity();
  do {
    double sum = 0;
    for (size_t r = 0; r < costs.rows; ++r) sum += costs.at(r, columns[r]);
    least = std::min(least, sum / static_cast<double>(costs.rows));
  } while (std::next_permutation(columns.begin(), columns.end()));
  return least;
}

TEST(PlanTransport, GivesEachRowAndColumnItsWeight) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const size_t rows = 1 + seed % 5;
    const size_t columns = 1 + seed % 7;
    const auto plan = PlanTransport(RandomCosts(rows, columns, seed), {0.5, 2000});
    ASSERT_TRUE(plan.ok()) << plan.status();
    for (const double value : plan->values) EXPECT_GE(value, 0);
    for (size_t r = 0; r < rows; ++r) {
      double sum = 0;
      for (size_t c = 0; c < columns; ++c) sum += plan->at(r, c);
      EXPECT_NEAR(sum, 1.0 / rows, 1e-6) << seed;
    }
    for (size_t c = 0; c < columns; ++c) {
      double sum = 0;
      for (size_t r = 0; r < rows; ++r) sum += plan->at(r, c);
      EXPECT_NEAR(sum, 1.0 / columns, 1e-9) << seed;
    }
  }
}

TEST(PlanTransport, CostsNoMoreThanTheBestAssignment) {
  int exact = 0;
  for (uint64_t seed = 0; seed < 90; ++seed) {
    const size_t side = 3 + seed % 4;
    const TransportMatrix costs = RandomCosts(side, side, seed);
    const auto plan = PlanTransport(costs, {0.5, 400});
    ASSERT_TRUE(plan.ok()) << plan.status();
    const double least = LeastCost(costs);
    const double cost = TransportCost(costs, *plan);
    EXPECT_GT(cost, least - 1e-6) << seed;
    EXPECT_LT(cost, least * 1.02 + 1e-6) << seed;
    exact += cost < least * 1.0001 + 1e-6;
  }
  EXPECT_GE(exact, 80);
}

TEST(PlanTransport, SendsEachRowToItsOwnColumn) {
  TransportMatrix costs = {3, 3, std::vector<double>(9, 1)};
  costs.at(0, 2) = costs.at(1, 0) = costs.at(2, 1) = 0.2;
  const auto plan = PlanTransport(costs);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_NEAR(plan->at(0, 2), 1.0 / 3, 1e-6);
  EXPECT_NEAR(plan->at(1, 0), 1.0 / 3, 1e-6);
  EXPECT_NEAR(plan->at(2, 1), 1.0 / 3, 1e-6);
}

TEST(PlanTransport, NamesWhatCannotBe) {
  EXPECT_THAT(PlanTransport({0, 3, {}}).status().ToString(), HasSubstr("0 rows and 3 columns"));
  EXPECT_THAT(PlanTransport({2, 2, {1, 2, 3}}).status().ToString(), HasSubstr("3 costs"));
  EXPECT_THAT(PlanTransport({1, 2, {1, std::nan("")}}).status().ToString(),
              HasSubstr("row 0, column 1 is nan"));
}

}  // namespace
}  // namespace imago
