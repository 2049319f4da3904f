#include "kernels/row_mask.h"

#include "gtest/gtest.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

TEST(RowMask, CountsOnlySetBits) {
  RowMask mask(130);
  EXPECT_EQ(mask.Count(), 0);
  mask.Set(0);
  mask.Set(64);
  mask.Set(129);
  EXPECT_EQ(mask.Count(), 3);
  mask.Set(64, false);
  EXPECT_EQ(mask.Count(), 2);
  EXPECT_TRUE(mask.Get(129));
  EXPECT_FALSE(mask.Get(64));
}

TEST(RowMask, FilledMaskLeavesUnusedBitsZero) {
  for (const size_t rows : {0, 1, 63, 64, 65, 127, 128, 200}) {
    EXPECT_EQ(RowMask(rows, true).Count(), rows) << rows;
  }
}

TEST(RowMask, IntersectionKeepsWhatBothHave) {
  std::mt19937 random(1);
  const RowMask a = RandomMask(300, 0.5, random);
  const RowMask b = RandomMask(300, 0.5, random);
  RowMask both = a;
  both.IntersectWith(b);
  for (size_t r = 0; r < 300; ++r) EXPECT_EQ(both.Get(r), a.Get(r) && b.Get(r)) << r;
}

TEST(RowMask, SliceRenumbersFromZero) {
  std::mt19937 random(2);
  const RowMask mask = RandomMask(300, 0.5, random);
  for (size_t begin = 0; begin <= 300; begin += 13) {
    for (size_t count = 0; begin + count <= 300; count += 7) {
      const RowMask slice = mask.Slice(begin, count);
      ASSERT_EQ(slice.size(), count);
      size_t expected = 0;
      for (size_t r = 0; r < count; ++r) {
        ASSERT_EQ(slice.Get(r), mask.Get(begin + r)) << begin << "+" << r;
        expected += mask.Get(begin + r);
      }
      ASSERT_EQ(slice.Count(), expected);  // no bits beyond the end
    }
  }
}

}  // namespace
}  // namespace imago
