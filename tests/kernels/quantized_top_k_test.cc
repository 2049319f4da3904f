#include "kernels/quantized_top_k.h"

#include <algorithm>
#include <cmath>

#include "gmock/gmock.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

using QuantizedTopKEach = EachKernels;
IMAGO_FOR_EACH_KERNELS(QuantizedTopKEach);

enum Kind { kRandom, kClustered, kTies, kNearTies, kDuplicates, kZeros, kHuge, kTiny, kShared };
constexpr Kind kKinds[] = {kRandom, kClustered, kTies, kNearTies, kDuplicates,
                           kZeros,  kHuge,      kTiny, kShared};

Matrix RowsOf(Kind kind, size_t rows, size_t dim, std::mt19937& random) {
  if (kind == kClustered) return ClusteredUnitRows(rows, dim, 1 + rows / 50, random);
  Matrix out = RandomUnitRows(rows, dim, random);
  std::vector<float> first(out.row(0), out.row(0) + (rows == 0 ? 0 : dim));
  for (size_t r = 0; r < rows; ++r) {
    const float scale = std::exp2(static_cast<float>(random() % 30));
    for (size_t i = 0; i < dim; ++i) {
      float& value = out.row(r)[i];
      if (kind == kTies) value = static_cast<float>(random() % 3) - 1;
      if (kind == kNearTies) value = first[i] + (r == 0 ? 0 : value * 1e-3f);
      if (kind == kDuplicates && r % 7 != 0) value = first[i];
      if (kind == kZeros && r % 2 == 0) value = 0;
      if (kind == kHuge) value = std::clamp(value * scale * 1e-4f, -65504.0f, 65504.0f);
      if (kind == kTiny) value *= scale * 1e-14f;
      if (kind == kShared) value = value * 0.2f + (i < 3 ? 1 : 0.01f);
    }
  }
  return out;
}

struct Case {
  Kind kind;
  size_t rows, dim, nq;
};

// Queries: some of the rows' kind, some rows themselves, a few very long or very short.
Matrix QueriesOf(const Case& of, MatrixView rows, std::mt19937& random) {
  Matrix out = RowsOf(of.kind, of.nq, of.dim, random);
  for (size_t q = 0; q < of.nq; ++q) {
    if (q % 3 == 0 && rows.rows() > 0) {
      std::copy_n(rows.row(random() % rows.rows()), of.dim, out.row(q));
    }
    const float scale = q % 11 == 5 ? 1e12f : q % 11 == 7 ? 1e-9f : 1;
    for (size_t i = 0; i < of.dim; ++i) out.row(q)[i] *= scale;
  }
  return out;
}

void ExpectTopK(const Case& of, const TopKOptions& options, std::mt19937& random) {
  const HalfMatrix rows = ToHalf(RowsOf(of.kind, of.rows, of.dim, random));
  const Matrix queries = QueriesOf(of, ToFloat(rows), random);
  QuantizedRows quantized(of.dim);
  quantized.Cover(rows.view().Slice(0, of.rows / 3), 1);
  quantized.Cover(rows, 2);
  ASSERT_EQ(QuantizedTopK(queries, rows, quantized, options), TopK(queries, rows, options))
      << "kind " << of.kind << ", " << of.rows << " rows of " << of.dim << ", " << of.nq
      << " queries, k " << options.k;
}

TEST_P(QuantizedTopKEach, EqualsTopKOnRowsOfAllKindsWithMasksOfAllSizes) {
  std::mt19937 random(1);
  for (int trial = 0; trial < (kSanitized ? 5 : 20); ++trial) {
    for (const Kind kind : kKinds) {
      const Case of = {kind, random() % 3000, 1 + random() % 300, 1 + random() % 9};
      const double share = std::pow(10, -0.5 * (random() % 8));
      const RowMask mask = RandomMask(of.rows + random() % 70, share, random);
      const size_t k = 1 + random() % (of.rows / 16 + 2);
      ExpectTopK(of, {.k = k, .keep = random() % 3 == 0 ? nullptr : &mask}, random);
    }
  }
}

TEST_P(QuantizedTopKEach, EqualsTopKWithMasksThatKeepMostOfAWord) {
  std::mt19937 random(8);
  for (const double share : {0.3, 0.4, 0.5, 0.7, 0.9, 0.99, 1.0}) {
    for (const size_t nq : {1, 3, 4, 9}) {
      const RowMask mask = RandomMask(3030, share, random);
      ExpectTopK({kClustered, 3030, 70, nq}, {.k = 20, .keep = &mask}, random);
    }
  }
}

TEST_P(QuantizedTopKEach, EqualsTopKForOneToAHundredQueries) {
  std::mt19937 random(2);
  for (const size_t nq : {1, 2, 3, 4, 5, 7, 8, 16, 63, 64, 65, 100}) {
    for (const Kind kind : {kRandom, kClustered, kTies}) {
      ExpectTopK({kind, 2500, 96, nq}, {.k = 10}, random);
    }
  }
}

TEST_P(QuantizedTopKEach, EqualsTopKForManyQueriesOnRowsOfAllKindsAndMasks) {
  std::mt19937 random(9);
  for (const Kind kind : kKinds) {
    for (const double share : {1.0, 0.95, 0.2}) {
      const RowMask mask = RandomMask(2100, share, random);
      const size_t nq = 10 + random() % 60;
      ExpectTopK({kind, 2050, 1 + random() % 300, nq}, {.k = 5, .keep = &mask}, random);
    }
  }
}

// What is known of one block's reach must not be used where rows reach further.
TEST_P(QuantizedTopKEach, EqualsTopKWhereBlocksReachDifferently) {
  std::mt19937 random(10);
  for (const float step : {1.01f, 1.03f, 1.2f, 0.99f, 0.9f}) {
    Matrix rows = RandomUnitRows(1280, 48, random);
    for (size_t i = 0; i < 1280 * 48; ++i) {
      rows.data()[i] *= std::pow(step, static_cast<float>(i / (64 * 48)));
    }
    const HalfMatrix half = ToHalf(rows);
    const Matrix queries = RandomUnitRows(20, 48, random);
    QuantizedRows quantized(48);
    quantized.Cover(half, 1);
    EXPECT_EQ(QuantizedTopK(queries, half, quantized, {.k = 10}), TopK(queries, half, {.k = 10}));
  }
}

TEST_P(QuantizedTopKEach, EqualsTopKForEveryK) {
  std::mt19937 random(3);
  for (const size_t k : {0, 1, 2, 63, 64, 65, 125, 126, 1999, 2000, 2001, 5000}) {
    ExpectTopK({kClustered, 2000, 40, 3}, {.k = k}, random);
  }
}

TEST_P(QuantizedTopKEach, DoesNotDependOnThreads) {
  std::mt19937 random(4);
  const size_t rows = kSanitized ? 35000 : 70000;
  for (const int threads : {0, 2, 50}) {
    for (const Kind kind : {kClustered, kTies, kDuplicates}) {
      for (const size_t nq : {1, 3}) {
        ExpectTopK({kind, rows, 16, nq}, {.k = 9, .threads = threads}, random);
      }
    }
  }
}

TEST_P(QuantizedTopKEach, EqualsTopKWhereEachRowIsBetterThanTheLast) {
  std::mt19937 random(5);
  Matrix rows = RandomUnitRows(2000, 64, random);
  const Matrix query = RandomUnitRows(1, 64, random);
  for (size_t r = 0; r < 2000; ++r) {
    for (size_t i = 0; i < 64; ++i) {
      rows.row(r)[i] += static_cast<float>(r) * 0.01f * query.data()[i];
    }
  }
  const HalfMatrix half = ToHalf(rows);
  QuantizedRows quantized(64);
  quantized.Cover(half, 1);
  EXPECT_EQ(QuantizedTopK(query, half, quantized, {.k = 10}), TopK(query, half, {.k = 10}));
}

// The query's own row comes soon, so that the others, far from it, seem not to matter.
TEST_P(QuantizedTopKEach, EqualsTopKWhereAnEarlyRowRaisesFalseHopes) {
  std::mt19937 random(11);
  Matrix rows = RandomUnitRows(20000, 256, random);
  const Matrix query = RandomUnitRows(1, 256, random);
  for (const size_t r : {100, 3000, 3100, 3700}) {
    for (size_t i = 0; i < 256; ++i) {
      rows.row(r)[i] = r == 100 ? query.data()[i] : rows.row(r)[i] + 0.6f * query.data()[i];
    }
  }
  NormalizeRows(rows);
  const HalfMatrix half = ToHalf(rows);
  QuantizedRows quantized(256);
  quantized.Cover(half, 1);
  for (const size_t k : {2, 4}) {
    const auto found = QuantizedTopK(query, half, quantized, {.k = k});
    EXPECT_EQ(found, TopK(query, half, {.k = k}));
    EXPECT_LT(found[0].back().row, 4000);
  }
}

TEST_P(QuantizedTopKEach, QueriesOfNoOrAnyLengthAreAnswered) {
  std::mt19937 random(6);
  const HalfMatrix half = ToHalf(RandomUnitRows(2000, 64, random));
  QuantizedRows quantized(64);
  quantized.Cover(half, 1);
  for (const float scale : {0.0f, 1e-38f, 1e-30f, 1e-21f, 1e-19f, 1e19f, 1e21f, 3e37f}) {
    Matrix query = RandomUnitRows(2, 64, random);
    for (size_t i = 0; i < 64; ++i) query.row(1)[i] *= scale;
    EXPECT_EQ(QuantizedTopK(query, half, quantized, {.k = 10}), TopK(query, half, {.k = 10}))
        << scale;
  }
}

TEST_P(QuantizedTopKEach, FindsTheNeighboursThatDoublesFind) {
  std::mt19937 random(7);
  const Matrix rows = ToFloat(ToHalf(ClusteredUnitRows(4000, 200, 40, random)));
  const Matrix queries = ClusteredUnitRows(20, 200, 40, random);
  QuantizedRows quantized(200);
  quantized.Cover(ToHalf(rows), 1);
  const auto found = QuantizedTopK(queries, ToHalf(rows), quantized, {.k = 10});
  for (size_t q = 0; q < queries.rows(); ++q) {
    std::vector<double> scores(rows.rows());
    for (size_t r = 0; r < rows.rows(); ++r) {
      for (size_t i = 0; i < 200; ++i) scores[r] += double{queries.row(q)[i]} * rows.row(r)[i];
    }
    std::vector<double> sorted = scores;
    std::nth_element(sorted.begin(), sorted.begin() + 9, sorted.end(), std::greater<>());
    ASSERT_EQ(found[q].size(), 10);
    for (const Neighbor& hit : found[q]) {
      EXPECT_GE(scores[hit.row], sorted[9] - 1e-6);
      EXPECT_NEAR(hit.score, scores[hit.row], 1e-6);
    }
  }
}

}  // namespace
}  // namespace imago
