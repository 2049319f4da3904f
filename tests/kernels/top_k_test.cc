#include "kernels/top_k.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using TopKEach = EachKernels;
IMAGO_FOR_EACH_KERNELS(TopKEach);

std::vector<Neighbor> PlainSort(const float* query, MatrixView rows, const TopKOptions& options) {
  std::vector<Neighbor> all;
  for (size_t r = 0; r < rows.rows(); ++r) {
    if (options.keep != nullptr && !options.keep->Get(r)) continue;
    const float score = ActiveKernels().dot_f32(query, rows.row(r), rows.cols());
    if (!std::isnan(score)) all.push_back({static_cast<uint32_t>(r), score});
  }
  std::sort(all.begin(), all.end(), Better);
  all.resize(std::min(all.size(), options.k));
  return all;
}

// Few distinct values, so that many scores are equal, and some NaN and infinities.
Matrix AwkwardRows(size_t rows, size_t cols, std::mt19937& random) {
  Matrix out(rows, cols);
  for (size_t i = 0; i < rows * cols; ++i) out.data()[i] = static_cast<float>(random() % 3) - 1;
  for (size_t r = 0; r < rows; ++r) {
    if (random() % 20 == 0) out.row(r)[0] = std::numeric_limits<float>::quiet_NaN();
    if (random() % 20 == 0) out.row(r)[cols - 1] = -std::numeric_limits<float>::infinity();
  }
  return out;
}

TEST_P(TopKEach, EqualsAPlainSortWithMasksTiesAndNan) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 200; ++trial) {
    const size_t n = random() % 400, nq = random() % 12, dim = 1 + random() % 20;
    const Matrix queries = AwkwardRows(nq, dim, random);
    const Matrix rows = AwkwardRows(n, dim, random);
    const RowMask mask = RandomMask(n + random() % 70, 0.1 * (random() % 11), random);
    TopKOptions options = {.k = random() % 30, .keep = trial % 3 == 0 ? nullptr : &mask};
    if (trial % 5 == 0) options.k = n + 5;
    const auto found = TopK(queries, rows, options);
    ASSERT_EQ(found.size(), nq);
    EXPECT_EQ(TopK(queries, ToHalf(rows), options), found);
    for (size_t q = 0; q < nq; ++q) {
      ASSERT_EQ(found[q], PlainSort(queries.row(q), rows, options)) << trial << " query " << q;
    }
  }
}

TEST_P(TopKEach, DoesNotDependOnThreadsNorOnTheBatch) {
  std::mt19937 random(2);
  const Matrix queries = RandomMatrix(13, 24, random);
  const HalfMatrix rows = ToHalf(RandomMatrix(20011, 24, random));
  const RowMask mask = RandomMask(20011, 0.9, random);
  const auto expected = TopK(queries, rows, {.k = 9, .keep = &mask});
  for (const int threads : {0, 2, 3, 50}) {
    EXPECT_EQ(TopK(queries, rows, {.k = 9, .keep = &mask, .threads = threads}), expected);
  }
  for (size_t q = 0; q < queries.rows(); ++q) {
    const auto alone = TopK(queries.view().Slice(q, 1), rows, {.k = 9, .keep = &mask});
    EXPECT_THAT(alone, ElementsAre(expected[q]));
  }
}

TEST(TopK, FindsNothingWhereThereIsNothing) {
  const Matrix query({1, 2}, 1, 2), rows({1, 2, 3, 4}, 2, 2);
  const RowMask none(2);
  EXPECT_THAT(TopK(query, rows, {.k = 0}), ElementsAre(IsEmpty()));
  EXPECT_THAT(TopK(query, Matrix(0, 2), {.k = 3}), ElementsAre(IsEmpty()));
  EXPECT_THAT(TopK(query, rows, {.k = 3, .keep = &none}), ElementsAre(IsEmpty()));
  EXPECT_THAT(TopK(Matrix(0, 2), rows, {.k = 3}), IsEmpty());
}

TEST(TopK, OrdersEqualScoresByRow) {
  const Matrix query({1}, 1, 1), rows({1, 2, 2, 1, 2}, 5, 1);
  EXPECT_THAT(
      TopK(query, rows, {.k = 4}),
      ElementsAre(ElementsAre(Neighbor{1, 2}, Neighbor{2, 2}, Neighbor{4, 2}, Neighbor{0, 1})));
}

TEST(TopK, RowsWithoutColumnsAllScoreZero) {
  EXPECT_THAT(TopK(Matrix(1, 0), Matrix(3, 0), {.k = 2}),
              ElementsAre(ElementsAre(Neighbor{0, 0}, Neighbor{1, 0})));
}

}  // namespace
}  // namespace imago
