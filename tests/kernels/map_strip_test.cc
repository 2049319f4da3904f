#include "kernels/map_strip.h"

#include <cmath>

#include "kernels/tile_product.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

#define IMAGO_NEED_TILES() \
  if (!TilesInUse()) GTEST_SKIP() << "needs a CPU with tiles of bfloat16 (AMX)"

std::vector<float> RandomFloats(size_t n, std::mt19937& random) {
  const Matrix matrix = RandomMatrix(1, n, random);
  return {matrix.data(), matrix.data() + n};
}

// The values that a loop makes of a random strip.
template <typename Loop>
std::vector<float> Filtered(Loop loop, StripShape shape) {
  std::mt19937 random(3);
  const size_t rows = (shape.rows - 1) * shape.stride + shape.kernel;
  shape.line = StripLine(shape.width, shape.kernel, shape.stride) + 1;
  shape.block = rows * shape.line * kStripLanes;
  const size_t taps = shape.kernel * shape.kernel;
  const auto strip = RandomFloats(shape.block * shape.channels / kStripLanes, random);
  const auto weight = RandomFloats(taps * shape.channels, random);
  const auto bias = RandomFloats(shape.channels, random);
  const size_t columns = shape.channels + 5;
  std::vector<uint16_t> out(shape.rows * shape.width * columns, 0x4000);
  loop(strip.data(), shape, {weight.data(), bias.data(), out.data(), columns});
  std::vector<float> values;
  for (const uint16_t bits : out) values.push_back(FromBfloat16(bits));
  return values;
}

TEST(FilterStrip, SumsAWindowOfEachChannelAndCutsIt) {
  // One place under a window of ones, in channel c of which the map is c.
  StripShape shape{1, 1, 16, 3, 1, StripLine(1, 3, 1), 0};
  shape.block = 3 * shape.line * 16;
  std::vector<float> strip(shape.block);
  for (size_t i = 0; i < strip.size(); ++i) strip[i] = i % 16 / 9.0f;
  const std::vector<float> ones(9 * 16, 1);
  const std::vector<float> bias(16, -2);
  std::vector<uint16_t> out(16);
  ScalarFilterStrip(strip.data(), shape, {ones.data(), bias.data(), out.data(), 16});
  for (size_t c = 0; c < 16; ++c) {
    EXPECT_NEAR(FromBfloat16(out[c]), std::min(std::max(c - 2.0, 0.0), 6.0), 0.02) << c;
  }
}

TEST(FilterStrip, EqualsThePlainLoopOnEveryShape) {
  IMAGO_NEED_TILES();
  for (const size_t kernel : {3, 5}) {
    for (const size_t stride : {1, 2}) {
      for (const size_t width : {1, 7, 8, 21}) {
        const StripShape shape{3, width, 48, kernel, stride, 0, 0};
        const auto expected = Filtered(ScalarFilterStrip, shape);
        const auto got = Filtered(Avx512FilterStrip, shape);
        for (size_t i = 0; i < got.size(); ++i) {
          ASSERT_NEAR(got[i], expected[i], 0.04) << kernel << ", " << stride << ", " << width;
        }
      }
    }
  }
}

template <typename Loop>
std::vector<float> FromColours(Loop loop, size_t width) {
  std::mt19937 random(4);
  PlanesShape shape{4, width, StripLine(width, 3, 2) + 2, 0};
  shape.plane = 9 * shape.line;
  const auto planes = RandomFloats(3 * shape.plane, random);
  const auto weight = RandomFloats(27 * 32, random);
  const auto bias = RandomFloats(32, random);
  const size_t line = width + 4;
  std::vector<float> out(2 * 4 * line * kStripLanes, -1);
  loop(planes.data(), shape, {weight.data(), bias.data(), 32}, out.data(), line,
       4 * line * kStripLanes);
  return out;
}

TEST(ColourStrip, EqualsThePlainLoopAndKeepsTheRim) {
  IMAGO_NEED_TILES();
  for (const size_t width : {1, 8, 13}) {
    const auto expected = FromColours(ScalarColourStrip, width);
    const auto got = FromColours(Avx512ColourStrip, width);
    for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], 1e-4) << width;
    EXPECT_EQ(got.back(), -1);
  }
}

TEST(ColourStrip, ReadsPlanesRowsAndColumnsByTheirWeights) {
  // The weight of the second plane's last row and first column alone.
  std::vector<float> weight(27 * 16);
  for (size_t c = 0; c < 16; ++c) weight[(9 + 6) * 16 + c] = 1;
  const std::vector<float> bias(16);
  PlanesShape shape{1, 1, StripLine(1, 3, 2), 0};
  shape.plane = 3 * shape.line;
  std::vector<float> planes(3 * shape.plane);
  planes[shape.plane + 2 * shape.line] = 5;
  std::vector<float> out(16);
  ScalarColourStrip(planes.data(), shape, {weight.data(), bias.data(), 16}, out.data(), 1, 16);
  EXPECT_EQ(out, std::vector<float>(16, 5));
}

}  // namespace
}  // namespace imago
