#include "index/merge_policy.h"

#include <algorithm>

#include "gmock/gmock.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<SegmentSize> Full(const std::vector<size_t>& sizes) {
  std::vector<SegmentSize> segments;
  for (const size_t size : sizes) segments.push_back({size, size});
  return segments;
}

TEST(MergePolicy, LeavesAFewSegmentsAlone) {
  EXPECT_THAT(ChooseMerge({}, 3), IsEmpty());
  EXPECT_THAT(ChooseMerge(Full({1, 1, 1}), 3), IsEmpty());
  EXPECT_THAT(ChooseMerge(Full({1000, 100, 10, 1}), 3), IsEmpty());
}

TEST(MergePolicy, MergesTheSmallOnesAndKeepsTheBigOnes) {
  EXPECT_THAT(ChooseMerge(Full({1000, 1, 2, 1, 1}), 3), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(ChooseMerge(Full({9, 10, 900, 11, 12}), 3), ElementsAre(0, 1, 3, 4));
}

TEST(MergePolicy, RewritesASegmentThatIsMostlyDead) {
  EXPECT_THAT(ChooseMerge({{1000, 1000}, {1000, 400}}, 3), ElementsAre(1));
  EXPECT_THAT(ChooseMerge({{1000, 600}, {10, 1}}, 3), IsEmpty());
}

TEST(MergePolicy, RewritesEachItemOnlyAFewTimes) {
  std::vector<size_t> sizes;
  size_t rewritten = 0;
  for (int batch = 0; batch < 4096; ++batch) {
    sizes.push_back(1);
    for (auto chosen = ChooseMerge(Full(sizes), 8); !chosen.empty();
         chosen = ChooseMerge(Full(sizes), 8)) {
      size_t merged = 0;
      std::reverse(chosen.begin(), chosen.end());
      for (const size_t i : chosen) {
        merged += sizes[i];
        sizes.erase(sizes.begin() + static_cast<long>(i));
      }
      sizes.push_back(merged);
      rewritten += merged;
    }
    EXPECT_LE(sizes.size(), 5 * 8u);
  }
  EXPECT_LE(rewritten, 5 * 4096u);
}

}  // namespace
}  // namespace imago
