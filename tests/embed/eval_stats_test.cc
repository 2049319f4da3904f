#include "embed/eval_stats.h"

#include "gtest/gtest.h"

namespace imago {
namespace {

TEST(WilsonInterval, IsThatOfTheTextbook) {
  const Interval interval = WilsonInterval(0.3, 100);  // Wilson 1927: 0.2189 to 0.3958
  EXPECT_NEAR(interval.low, 0.2189, 1e-4);
  EXPECT_NEAR(interval.high, 0.3958, 1e-4);
}

TEST(WilsonInterval, StaysWithinZeroAndOne) {
  EXPECT_NEAR(WilsonInterval(0, 10).low, 0, 1e-12);
  EXPECT_GT(WilsonInterval(0, 10).high, 0.2);
  EXPECT_NEAR(WilsonInterval(1, 10).high, 1, 1e-12);
  EXPECT_EQ(WilsonInterval(0, 0).high, 1);
}

TEST(PairedInterval, HoldsTheDifferenceAndNarrowsWithMoreCases) {
  std::vector<uint8_t> better;
  std::vector<uint8_t> worse;
  for (int i = 0; i < 100; ++i) {
    better.push_back(i % 10 < 6);
    worse.push_back(i % 10 < 4);
  }
  const Interval few = PairedInterval(better, worse);
  EXPECT_LT(few.low, 0.2);
  EXPECT_GT(few.high, 0.2);
  for (int i = 0; i < 1900; ++i) {
    better.push_back(better[i % 100]);
    worse.push_back(worse[i % 100]);
  }
  const Interval many = PairedInterval(better, worse);
  EXPECT_LT(many.high - many.low, (few.high - few.low) / 3);
  EXPECT_GT(many.low, 0);
}

TEST(PairedInterval, OfTheSameHitsIsNothing) {
  const std::vector<uint8_t> hits = {1, 0, 1, 1};
  EXPECT_EQ(PairedInterval(hits, hits).low, 0);
  EXPECT_EQ(PairedInterval(hits, hits).high, 0);
  EXPECT_DOUBLE_EQ(Share(hits), 0.75);
}

}  // namespace
}  // namespace imago
