#include "kernels/crumbs.h"

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

struct Case {
  std::vector<int8_t> query;
  std::vector<uint8_t> bytes;
  std::vector<const uint8_t*> rows;
  size_t groups;
};

// Rows in a shuffled order.
Case RandomCase(size_t count, size_t groups, std::mt19937& random) {
  Case made = {std::vector<int8_t>(groups * kCrumbGroup),
               std::vector<uint8_t>(count * groups * kCrumbGroupBytes),
               {},
               groups};
  for (int8_t& value : made.query)
    value = static_cast<int8_t>(static_cast<int>(random() % 255) - 127);
  for (uint8_t& byte : made.bytes) byte = static_cast<uint8_t>(random());
  for (size_t r = 0; r < count; ++r) {
    made.rows.push_back(made.bytes.data() + r * groups * kCrumbGroupBytes);
  }
  std::shuffle(made.rows.begin(), made.rows.end(), random);
  return made;
}

std::vector<int32_t> Dots(const Kernels& kernels, const Case& with) {
  std::vector<int32_t> out(with.rows.size() + 1, -7);
  kernels.crumb_dots(with.query.data(), with.groups, with.rows.data(), with.rows.size(),
                     out.data());
  return out;
}

TEST(Crumbs, ScalarDotsFollowTheLayout) {
  std::mt19937 random(1);
  for (const size_t groups : {1, 2, 5}) {
    const Case with = RandomCase(9, groups, random);
    const std::vector<int32_t> dots = Dots(ScalarKernels(), with);
    for (size_t r = 0; r < with.rows.size(); ++r) {
      int32_t expected = 0;
      for (size_t i = 0; i < groups * kCrumbGroup; ++i) {
        const size_t in_group = i % kCrumbGroup;
        const uint8_t byte =
            with.rows[r][i / kCrumbGroup * kCrumbGroupBytes + in_group % kCrumbGroupBytes];
        expected += with.query[i] * ((byte >> (in_group / kCrumbGroupBytes * 2)) % 4);
      }
      EXPECT_EQ(dots[r], expected);
    }
    EXPECT_EQ(dots.back(), -7);
  }
}

using CrumbParity = EachKernels;
IMAGO_FOR_EACH_KERNELS(CrumbParity);

TEST_P(CrumbParity, DotsEqualScalarInEveryShape) {
  std::mt19937 random(2);
  for (const size_t groups : {0, 1, 2, 3, 4, 5, 9, 10, 11, 20, 21, 30}) {
    for (const size_t count : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 63, 64}) {
      const Case with = RandomCase(count, groups, random);
      ASSERT_EQ(Dots(*GetParam(), with), Dots(ScalarKernels(), with))
          << count << " rows of " << groups << " groups";
    }
  }
}

TEST_P(CrumbParity, TheLargestProductsDoNotOverflow) {
  for (const int8_t value : {int8_t{127}, int8_t{-127}}) {
    std::mt19937 random(3);
    Case with = RandomCase(12, 512, random);
    std::fill(with.query.begin(), with.query.end(), value);
    std::fill(with.bytes.begin(), with.bytes.end(), uint8_t{0xff});
    ASSERT_EQ(Dots(*GetParam(), with), Dots(ScalarKernels(), with));
    ASSERT_EQ(Dots(*GetParam(), with)[0], 512 * 128 * 3 * value);
  }
}

}  // namespace
}  // namespace imago
