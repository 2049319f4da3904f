#include "embed/retrieval_metrics.h"

#include "gtest/gtest.h"

namespace imago {
namespace {

TEST(RetrievalMetrics, RankCountsCandidatesAboveTheRightOne) {
  const Matrix scores({0.1f, 0.9f, 0.5f, 0.3f, 0.2f, 0.8f}, 2, 3);
  EXPECT_EQ(Ranks(scores, {{2}, {1}}), (std::vector<size_t>{1, 2}));
}

TEST(RetrievalMetrics, TiesCountAgainstTheRightOne) {
  const Matrix scores({0.5f, 0.5f, 0.5f}, 1, 3);
  EXPECT_EQ(Ranks(scores, {{0}}), (std::vector<size_t>{2}));
}

TEST(RetrievalMetrics, TheBestOfSeveralRightOnesCounts) {
  const Matrix scores({0.1f, 0.9f, 0.5f, 0.7f}, 1, 4);
  EXPECT_EQ(Ranks(scores, {{0, 2, 3}}), (std::vector<size_t>{1}));
}

TEST(RetrievalMetrics, RecallIsTheShareOfRanksBelowK) {
  const std::vector<size_t> ranks = {0, 1, 4, 10};
  EXPECT_DOUBLE_EQ(RecallAt(ranks, 1), 0.25);
  EXPECT_DOUBLE_EQ(RecallAt(ranks, 5), 0.75);
  EXPECT_DOUBLE_EQ(RecallAt({}, 5), 0);
}

TEST(RetrievalMetrics, PrecisionCountsSameLabelsAmongTheBest) {
  const Matrix scores({0.9f, 0.8f, 0.1f, 0.1f, 0.2f, 0.3f}, 2, 3);
  EXPECT_DOUBLE_EQ(PrecisionAt(scores, {7, 8}, {7, 9, 8}, 1), 1.0);
  EXPECT_DOUBLE_EQ(PrecisionAt(scores, {7, 8}, {7, 9, 8}, 2), 0.5);
}

TEST(RetrievalMetrics, ChanceIsTheShareOfPairsWithOneLabel) {
  EXPECT_DOUBLE_EQ(ChancePrecision({1, 2}, {1, 1, 2, 3}), 3.0 / 8);
}

}  // namespace
}  // namespace imago
