#include "embed/eval_parts.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Matrix Rows(const std::vector<std::vector<float>>& rows) {
  Matrix matrix(rows.size(), rows.front().size());
  for (size_t r = 0; r < rows.size(); ++r) std::copy(rows[r].begin(), rows[r].end(), matrix.row(r));
  return matrix;
}

TEST(Firsts, AreTheRightOneOnAHitAndTheBestOtherOnAMiss) {
  const Matrix scores = Rows({{3, 2, 1}, {1, 2, 3}, {2, 2, 1}});
  EXPECT_THAT(Firsts(scores, {0, 1, 1}, {{0}, {1}, {0}}), ElementsAre(0, 2, 1));
}

TEST(Firsts, TakeTheBestOfSeveralRightOnes) {
  EXPECT_THAT(Firsts(Rows({{1, 4, 2}}), {0}, {{0, 1}}), ElementsAre(1));
}

TEST(TopConfusions, ComeMostFrequentFirstAndNeverOnce) {
  const std::vector<std::string> labels = {"cat", "dog", "fox"};
  //                                          cats        dogs        foxes
  const auto found =
      TopConfusions(labels, {0, 0, 0, 0, 1, 1, 1, 2, 2}, {1, 1, 2, 0, 2, 2, 2, 0, 2}, 10);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].label, "dog");
  EXPECT_EQ(found[0].taken, "fox");
  EXPECT_EQ(found[0].count, 3u);
  EXPECT_EQ(found[0].of, 3u);
  EXPECT_EQ(found[1].label, "cat");
  EXPECT_EQ(found[1].taken, "dog");
  EXPECT_EQ(found[1].count, 2u);
  EXPECT_EQ(found[1].of, 4u);
  EXPECT_EQ(TopConfusions(labels, {1, 1, 0, 0}, {2, 2, 2, 2}, 1).size(), 1u);
  EXPECT_THAT(TopConfusions(labels, {0, 1, 2}, {0, 1, 2}, 10), IsEmpty());
}

TEST(DrawPositions, AreThoseOfTheValueWithoutRepetition) {
  std::vector<uint8_t> flags(100);
  for (size_t i = 0; i < flags.size(); i += 2) flags[i] = 1;
  const auto drawn = DrawPositions(flags, true, 20, 7);
  ASSERT_EQ(drawn.size(), 20u);
  EXPECT_EQ(std::set<uint32_t>(drawn.begin(), drawn.end()).size(), 20u);
  for (const uint32_t position : drawn) EXPECT_EQ(position % 2, 0u);
  EXPECT_EQ(drawn, DrawPositions(flags, true, 20, 7));
  EXPECT_NE(drawn, DrawPositions(flags, true, 20, 8));
  EXPECT_EQ(DrawPositions(flags, false, 1000, 7).size(), 50u);
}

TEST(DrawPositions, TakeEachOneAsOften) {
  const std::vector<uint8_t> flags(10, 1);
  std::vector<int> counts(10);
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    for (const uint32_t position : DrawPositions(flags, true, 3, seed)) ++counts[position];
  }
  for (const int count : counts) EXPECT_NEAR(count, 600, 100);
}

TEST(DrawSample, CountsAllButHoldsSome) {
  const EvalSample sample = DrawSample("s", {1, 0, 0, 1, 0}, {.root = "", .samples = 2});
  EXPECT_EQ(sample.hits, 2u);
  EXPECT_EQ(sample.misses, 3u);
  ASSERT_EQ(sample.cases.size(), 4u);
  EXPECT_TRUE(sample.cases[1].hit);
  EXPECT_EQ(sample.cases[1].number, 3u);
  EXPECT_FALSE(sample.cases[2].hit);
}

}  // namespace
}  // namespace imago
