// What the GPU's kernels compute, run on the CPU from their own source.

#include <set>

#include "gmock/gmock.h"
#include "tests/support/host_device.h"
#include "tests/support/kernels.h"
#include "tests/support/thread_block.h"

namespace imago {
namespace {

HostBlock::Order InOrder(bool reverse) {
  HostBlock::Order order;
  std::iota(order.begin(), order.end(), 0u);
  if (reverse) std::reverse(order.begin(), order.end());
  return order;
}

// Rows and queries as a device has them, and room for the best of each group.
class Tile {
 public:
  Tile(uint32_t num_rows, uint32_t num_queries, uint32_t stride, uint32_t seed)
      : rows(size_t{num_rows} * stride / 8), queries(num_queries, stride), keep(num_rows) {
    std::mt19937 random(seed);
    const Matrix values = RandomMatrix(num_rows, stride, random);
    ScalarKernels().to_f16(values.data(), rows.data()->values, num_rows * stride);
    queries = RandomMatrix(num_queries, stride, random);
    keep = RandomMask(num_rows, 0.4, random);
    args = {.rows = rows.data()->values,
            .queries = queries.data(),
            .num_rows = num_rows,
            .num_groups = (num_rows + 7) / 8,
            .num_queries = num_queries,
            .stride = stride};
  }

  template <class Shape>
  std::vector<float> Scan(const HostBlock::Order& order) {
    std::vector<float> best(size_t{args.num_queries} * args.num_groups, 12345);
    args.best = best.data();
    ScanOnHost<Shape>(args, order);
    return best;
  }

  float Product(uint32_t query, uint32_t row) const {
    return ScalarKernels().dot_f16(queries.row(query), args.rows + size_t{row} * args.stride,
                                   args.stride);
  }
  float BestOf(uint32_t query, uint32_t group) const {
    float best = kNoRow;
    for (uint32_t row = 8 * group; row < std::min(8 * group + 8, args.num_rows); ++row) {
      if (args.keep == nullptr || keep.Get(row)) best = std::max(best, Product(query, row));
    }
    return best;
  }

  std::vector<EightHalves> rows;
  Matrix queries;
  RowMask keep;
  ScanArgs args;
};

template <class Shape>
void ExpectTrueBests(Tile& tile) {
  const std::vector<float> best = tile.Scan<Shape>(ShuffledThreads(1));
  for (uint32_t q = 0; q < tile.args.num_queries; ++q) {
    for (uint32_t g = 0; g < tile.args.num_groups; ++g) {
      const float expected = tile.BestOf(q, g), found = best[q * tile.args.num_groups + g];
      ASSERT_EQ(found == kNoRow, expected == kNoRow) << q << " " << g;
      if (expected == kNoRow) continue;
      ASSERT_NEAR(found, expected, 1e-3) << q << " " << g;
    }
  }
}

TEST(GroupScan, FindsTheBestOfEachGroupOfAnyNumberOfRows) {
  for (const uint32_t rows : {1, 7, 8, 9, 64, 127, 128, 129, 511, 512, 513, 1100}) {
    Tile batch(rows, 64, 16, rows);
    ExpectTrueBests<BatchShape>(batch);
    Tile few(rows, 4, 48, rows);
    ExpectTrueBests<FewShape>(few);
  }
}

TEST(GroupScan, FindsThemForAnyNumberOfQueries) {
  for (const uint32_t queries : {1, 2, 3, 4}) {
    Tile tile(300, queries, 32, queries);
    ExpectTrueBests<FewShape>(tile);
  }
  for (const uint32_t queries : {1, 5, 31, 63, 64}) {
    Tile tile(300, queries, 32, queries);
    ExpectTrueBests<BatchShape>(tile);
  }
}

TEST(GroupScan, LeavesOutRowsThatAreNotKept) {
  Tile tile(1100, 5, 16, 1);
  tile.args.keep = tile.keep.words().data();
  ExpectTrueBests<BatchShape>(tile);
  tile.args.num_queries = 3;
  ExpectTrueBests<FewShape>(tile);
  tile.keep = RowMask(1100);
  tile.keep.Set(1099);  // all tiles but the last are passed over
  tile.args.keep = tile.keep.words().data();
  ExpectTrueBests<FewShape>(tile);
}

// Threads that run together may run in any order.
TEST(GroupScan, TheOrderOfThreadsDoesNotMatter) {
  Tile tile(700, 4, 32, 1);
  const std::vector<float> forward = tile.Scan<BatchShape>(InOrder(false));
  EXPECT_EQ(forward, tile.Scan<BatchShape>(InOrder(true)));
  EXPECT_EQ(forward, tile.Scan<BatchShape>(ShuffledThreads(7)));
  EXPECT_EQ(forward, tile.Scan<FewShape>(InOrder(true)));  // each sum has one order
}

template <class Shape>
void ExpectTheSameOfThreads(Tile& tile) {
  const std::vector<float> expected = tile.Scan<Shape>(InOrder(false));
  std::vector<float> best(expected.size());
  tile.args.best = best.data();
  const auto memory = UsedMemory<TileMemory<Shape>>();
  for (uint32_t number = 0; number <= (tile.args.num_rows - 1) / Shape::kRows; ++number) {
    RunThreads([&](ThreadBlock& block) { ScanTile<Shape>(block, tile.args, number, *memory); });
  }
  EXPECT_EQ(best, expected);
}

TEST(GroupScan, ThreadsThatRunTogetherFindTheSame) {
  Tile tile(600, 4, 32, 1);
  ExpectTheSameOfThreads<FewShape>(tile);
  Tile batch(200, 60, 32, 2);
  batch.args.keep = batch.keep.words().data();
  ExpectTheSameOfThreads<BatchShape>(batch);
}

// Scores picked for one query, largest first.
std::vector<float> Pick(const std::vector<float>& best, uint32_t want, uint32_t seed) {
  std::vector<GroupMax> picked(want, GroupMax{~0u, 54321});
  uint32_t num_picked = ~0u;
  SelectOnHost({.best = best.data(),
                .picked = picked.data(),
                .num_picked = &num_picked,
                .num_groups = static_cast<uint32_t>(best.size()),
                .num_queries = 1,
                .want = want},
               ShuffledThreads(seed));
  EXPECT_LE(num_picked, want);
  std::vector<float> scores;
  std::set<uint32_t> groups;
  for (uint32_t i = 0; i < num_picked; ++i) {
    EXPECT_TRUE(groups.insert(picked[i].group).second);
    EXPECT_EQ(best.at(picked[i].group), picked[i].score);
    scores.push_back(picked[i].score);
  }
  std::sort(scores.rbegin(), scores.rend());
  return scores;
}

std::vector<float> Largest(std::vector<float> best, uint32_t want) {
  std::erase(best, kNoRow);
  std::sort(best.rbegin(), best.rend());
  best.resize(std::min<size_t>(best.size(), want));
  return best;
}

TEST(GroupSelect, PicksTheLargestOfAnyNumber) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (const size_t groups : {1, 2, 255, 256, 257, 1000, 3001}) {
    std::vector<float> best(groups);
    for (float& score : best) score = random() % 4 == 0 ? kNoRow : normal(random);
    for (const uint32_t want : {1u, 2u, 18u, 256u, 5000u}) {
      EXPECT_EQ(Pick(best, want, want), Largest(best, want)) << groups << " " << want;
    }
  }
}

TEST(GroupSelect, FillsUpWithEqualScores) {
  std::vector<float> best(1000, 0.25f);
  best[500] = 0.5f;
  best[700] = -0.5f;
  EXPECT_EQ(Pick(best, 20, 1), Largest(best, 20));
  EXPECT_EQ(Pick(best, 1, 1), std::vector<float>{0.5f});
  EXPECT_EQ(Pick(best, 1000, 1), Largest(best, 1000));
}

TEST(GroupSelect, OrdersSignsExponentsAndLastBits) {
  const float next = std::nextafter(0.25f, 1.f);
  const std::vector<float> best = {-1, 0.25f, 1e-30f, next, -1e-30f, 1e30f, 0, -1e30f, next};
  for (uint32_t want = 1; want <= best.size(); ++want) {
    EXPECT_EQ(Pick(best, want, want), Largest(best, want));
  }
}

TEST(GroupSelect, ThreadsThatRunTogetherPickTheSame) {
  std::vector<float> best(1500);
  for (size_t g = 0; g < best.size(); ++g) best[g] = static_cast<float>(g * 7 % 501) / 501;
  std::vector<GroupMax> picked(40);
  uint32_t num_picked = 0;
  const SelectArgs args = {.best = best.data(),
                           .picked = picked.data(),
                           .num_picked = &num_picked,
                           .num_groups = 1500,
                           .num_queries = 1,
                           .want = 40};
  const auto memory = UsedMemory<SelectMemory>();
  RunThreads([&](ThreadBlock& block) { SelectGroups(block, args, 0, *memory); });
  ASSERT_EQ(num_picked, 40);
  std::vector<float> scores;
  for (const GroupMax& one : picked) scores.push_back(one.score);
  std::sort(scores.rbegin(), scores.rend());
  EXPECT_EQ(scores, Largest(best, 40));
}

TEST(GroupSelect, PicksNothingWhereNoRowIsKept) {
  EXPECT_TRUE(Pick(std::vector<float>(300, kNoRow), 10, 1).empty());
}

}  // namespace
}  // namespace imago
