#include "kernels/depthwise.h"

#include <bit>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace imago {
namespace {

std::vector<uint16_t> RandomBfloat16(size_t n, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<uint16_t> bits(n);
  for (uint16_t& value : bits) {
    value = static_cast<uint16_t>(std::bit_cast<uint32_t>(normal(random)) >> 16);
  }
  return bits;
}

size_t Size(const DepthwiseShape& shape) {
  return shape.pictures * shape.height * shape.width * shape.channels;
}

TEST(DepthwiseGradient, OfOnePlaceIsTheProductAtTheMiddle) {
  const DepthwiseShape shape = {1, 1, 1, 1, 3};
  const uint16_t two = 0x4000;
  const uint16_t three = 0x4040;
  std::vector<float> out(9, -1);
  ScalarDepthwiseGradient(&two, &three, shape, out.data());
  EXPECT_EQ(out, (std::vector<float>{0, 0, 0, 0, 6, 0, 0, 0, 0}));
}

TEST(DepthwiseGradient, ReadsTheInputAtTheWeightsOffset) {
  const DepthwiseShape shape = {1, 1, 2, 1, 3};
  const std::vector<uint16_t> maps = {0x3f80, 0x4000};       // 1, 2
  const std::vector<uint16_t> gradients = {0x4040, 0x4080};  // 3, 4
  std::vector<float> out(9);
  ScalarDepthwiseGradient(maps.data(), gradients.data(), shape, out.data());
  EXPECT_EQ(out, (std::vector<float>{0, 0, 0, 4, 11, 6, 0, 0, 0}));
}

TEST(DepthwiseGradient, IsTheSameByTheLoopForThisCpuOnEveryShape) {
  std::mt19937 random(7);
  for (const DepthwiseShape& shape : std::vector<DepthwiseShape>{{2, 5, 7, 48, 3},
                                                                 {3, 6, 6, 32, 5},
                                                                 {1, 1, 1, 16, 5},
                                                                 {2, 3, 2, 16, 3},
                                                                 {2, 4, 4, 20, 3},
                                                                 {1, 9, 9, 16, 7}}) {
    const std::vector<uint16_t> maps = RandomBfloat16(Size(shape), random);
    const std::vector<uint16_t> gradients = RandomBfloat16(Size(shape), random);
    std::vector<float> expected(shape.kernel * shape.kernel * shape.channels);
    std::vector<float> got(expected.size(), -1);
    ScalarDepthwiseGradient(maps.data(), gradients.data(), shape, expected.data());
    DepthwiseGradient(maps.data(), gradients.data(), shape, got.data());
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_NEAR(got[i], expected[i], 1e-4) << "channels " << shape.channels << ", weight " << i;
    }
  }
}

}  // namespace
}  // namespace imago
