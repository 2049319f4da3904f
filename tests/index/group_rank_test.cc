#include "index/group_rank.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

// All groups of `rows` with their true bests, each moved by up to `off`.
std::vector<GroupMax> GroupsOf(MatrixView query, HalfMatrixView rows, float off,
                               std::mt19937& random) {
  std::uniform_real_distribution<float> noise(-off, off);
  std::vector<GroupMax> groups;
  for (size_t first = 0; first < rows.rows(); first += kGroupRows) {
    const size_t count = std::min<size_t>(kGroupRows, rows.rows() - first);
    const auto best = TopK(query, rows.Slice(first, count), {.k = 1});
    groups.push_back({static_cast<uint32_t>(first / kGroupRows), best[0][0].score + noise(random)});
  }
  return groups;
}

struct Sample {
  explicit Sample(uint32_t seed) : random(seed) {
    rows = ToHalf(ClusteredUnitRows(1003, 24, 20, random));
    query = RandomUnitRows(1, 24, random);
    how = {.rows = rows, .k = 10, .largest_norm = LargestNorm(rows), .all = true};
  }
  std::vector<Neighbor> Truth() const { return TopK(query, rows, {.k = how.k})[0]; }
  double error() const { return 2.2 * 24 * 0x1p-24 * how.largest_norm; }

  std::mt19937 random;
  HalfMatrix rows;
  Matrix query;
  RankGroups how;
};

TEST(GroupRank, FindsTheBestRowsAmongAllGroups) {
  Sample sample(1);
  const auto groups = GroupsOf(sample.query, sample.rows, 0, sample.random);
  EXPECT_EQ(BestOfGroups(sample.query.row(0), groups, sample.how), sample.Truth());
}

TEST(GroupRank, AFewGroupsMoreThanKProveThem) {
  Sample sample(2);
  auto groups = GroupsOf(sample.query, sample.rows, 0, sample.random);
  std::sort(groups.begin(), groups.end(), [](auto& a, auto& b) { return a.score > b.score; });
  groups.resize(18);
  sample.how.all = false;
  EXPECT_EQ(BestOfGroups(sample.query.row(0), groups, sample.how), sample.Truth());
  groups.resize(5);  // all of them hold rows of the answer
  EXPECT_EQ(BestOfGroups(sample.query.row(0), groups, sample.how), std::nullopt);
}

TEST(GroupRank, ADeviceThatRoundsOtherwiseWithinTheBoundChangesNothing) {
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    Sample sample(seed);
    const auto off = static_cast<float>(0.99 * sample.error());
    const auto groups = GroupsOf(sample.query, sample.rows, off, sample.random);
    ASSERT_EQ(BestOfGroups(sample.query.row(0), groups, sample.how), sample.Truth());
  }
}

TEST(GroupRank, EqualScoresAreNoProof) {
  const HalfMatrix rows = ToHalf(Matrix(std::vector<float>(64 * 4, 0.5f), 64, 4));
  const Matrix query(std::vector<float>(4, 0.5f), 1, 4);
  const RankGroups how = {.rows = rows, .k = 3, .largest_norm = 1.01};
  std::vector<GroupMax> groups = {{7, 1.f}, {6, 1.f}, {5, 1.f}, {4, 1.f}};
  EXPECT_EQ(BestOfGroups(query.row(0), groups, how), std::nullopt);
}

TEST(GroupRank, LeavesOutRowsThatAreNotKept) {
  Sample sample(3);
  const RowMask keep = RandomMask(sample.rows.rows(), 0.3, sample.random);
  sample.how.keep = &keep;
  const auto groups = GroupsOf(sample.query, sample.rows, 0, sample.random);
  EXPECT_EQ(BestOfGroups(sample.query.row(0), groups, sample.how),
            TopK(sample.query, sample.rows, {.k = 10, .keep = &keep})[0]);
}

TEST(GroupRank, LargestNormIsAtLeastThat) {
  Matrix rows(3, 5);
  rows.row(1)[2] = 60000;
  rows.row(1)[4] = -60000;
  const double norm = LargestNorm(ToHalf(rows));
  const double half = ToFloat(ToHalf(rows)).row(1)[2];
  EXPECT_GE(norm, std::sqrt(2 * half * half));
  EXPECT_LE(norm, 1.01 * std::sqrt(2 * half * half));
  EXPECT_EQ(LargestNorm(HalfMatrix(4, 5)), 0);
}

TEST(GroupRank, QueriesOutOfRangeHaveNoNorm) {
  for (const float value : {0.f, 1e-30f, 3e38f}) {
    const std::vector<float> query(8, value);
    EXPECT_EQ(QueryNorm(query.data(), 8), std::nullopt) << value;
  }
  const std::vector<float> query(4, 0.5f);
  EXPECT_EQ(QueryNorm(query.data(), 4), 1.0);
}

// The bound holds for the sums of every table of kernels against a plain sum in f32.
class GroupRankBound : public EachKernels {};
IMAGO_FOR_EACH_KERNELS(GroupRankBound);

TEST_P(GroupRankBound, HoldsForSumsInAnotherOrder) {
  std::mt19937 random(1);
  for (const size_t dim : {3, 16, 100, 512, 2000}) {
    const HalfMatrix rows = ToHalf(RandomMatrix(50, dim, random));
    const Matrix values = ToFloat(rows), query = RandomMatrix(1, dim, random);
    const double error = 2.2 * static_cast<double>(dim) * 0x1p-24 *
                         QueryNorm(query.row(0), dim).value() * LargestNorm(rows);
    for (size_t r = 0; r < rows.rows(); ++r) {
      volatile float sum = 0;
      for (size_t i = 0; i < dim; ++i) sum = sum + query.row(0)[i] * values.row(r)[i];
      EXPECT_LE(std::abs(sum - ActiveKernels().dot_f16(query.row(0), rows.row(r), dim)), error);
    }
  }
}

}  // namespace
}  // namespace imago
