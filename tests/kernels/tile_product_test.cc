#include "kernels/tile_product.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/kernels.h"

namespace imago {
namespace {

#define IMAGO_NEED_TILES() \
  if (!TilesInUse()) GTEST_SKIP() << "needs a CPU with tiles of bfloat16 (AMX)"

TEST(Bfloat16, RoundsToNearestEven) {
  EXPECT_EQ(ToBfloat16(1.0f), 0x3f80);
  EXPECT_EQ(ToBfloat16(1.0f + 1 / 256.0f), 0x3f80) << "half way, to even";
  EXPECT_EQ(ToBfloat16(1.0f + 3 / 256.0f), 0x3f82) << "half way, to even";
  EXPECT_EQ(ToBfloat16(1.0f + 1.01f / 256), 0x3f81);
  EXPECT_EQ(ToBfloat16(-3.4e38f), 0xff80) << "beyond the largest";
  EXPECT_TRUE(std::isnan(FromBfloat16(ToBfloat16(std::numeric_limits<float>::quiet_NaN()))));
  EXPECT_EQ(FromBfloat16(0x4040), 3.0f);
}

// A product to compare: rows and weights of random values, everything padded as is asked for.
struct Case {
  size_t count;
  size_t in;
  size_t out;
};

class Product {
 public:
  explicit Product(const Case& c)
      : case_(c), stride_(PadColumns(c.in)), rows_((c.count + 15) / 16 * 16 * stride_) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    for (size_t r = 0; r < c.count; ++r) {
      for (size_t i = 0; i < c.in; ++i) {
        values_.push_back(normal(random));
        rows_[r * stride_ + i] = ToBfloat16(values_.back());
      }
    }
    for (size_t i = 0; i < c.out * c.in; ++i) weight_.push_back(normal(random));
    for (size_t i = 0; i < c.out; ++i) bias_.push_back(normal(random));
    weights_ = TileWeights(weight_.data(), bias_.data(), c.out, c.in);
  }

  TileRows rows() const { return {rows_.data(), case_.count, stride_}; }
  const TilePanels& panels() const { return weights_.panels(); }
  double Exact(size_t r, size_t o) const {
    double sum = bias_[o];
    for (size_t i = 0; i < case_.in; ++i) {
      sum += double{values_[r * case_.in + i]} * weight_[o * case_.in + i];
    }
    return sum;
  }

 private:
  Case case_;
  size_t stride_;
  std::vector<uint16_t> rows_;
  std::vector<float> values_;
  std::vector<float> weight_;
  std::vector<float> bias_;
  TileWeights weights_;
};

double LargestError(const Case& c) {
  const Product product(c);
  const size_t columns = PadColumns(c.out);
  std::vector<float> out(c.count * columns);
  ScalarTileProduct(product.rows(), product.panels(), PlainSums(out.data(), columns));
  double worst = 0;
  for (size_t r = 0; r < c.count; ++r) {
    for (size_t o = 0; o < c.out; ++o) {
      worst = std::max(worst, std::abs(out[r * columns + o] - product.Exact(r, o)));
    }
  }
  return worst;
}

TEST(ScalarTileProduct, IsExactToEightBits) {
  const double error = LargestError({20, 50, 40});
  EXPECT_GT(error, 0.005);
  EXPECT_LT(error, 0.2);
}

TEST(ScalarTileProduct, ActivatesWhatTheShortcutAddsTo) {
  const Product product({3, 8, 16});
  std::vector<float> plain(3 * 16), clipped(3 * 16), gelu(3 * 16);
  const std::vector<float> shortcut(3 * 16, 2);
  ScalarTileProduct(product.rows(), product.panels(), PlainSums(plain.data(), 16));
  TileSums sums = PlainSums(clipped.data(), 16);
  sums.shortcut = shortcut.data();
  sums.activation = TileActivation::kClip6;
  ScalarTileProduct(product.rows(), product.panels(), sums);
  sums.wide = gelu.data();
  sums.activation = TileActivation::kGelu;
  ScalarTileProduct(product.rows(), product.panels(), sums);
  for (size_t i = 0; i < plain.size(); ++i) {
    const double x = plain[i] + 2.0;
    EXPECT_NEAR(clipped[i], std::clamp(x, 0.0, 6.0), 1e-6);
    EXPECT_NEAR(gelu[i], x * std::erfc(-x / std::sqrt(2.0)) / 2, 1e-6);
  }
}

TEST(TileProduct, EqualsThePlainLoopOnEveryShape) {
  IMAGO_NEED_TILES();
  for (const size_t count : {1, 15, 16, 17, 33, 70}) {
    for (const size_t in : {3, 32, 40, 200}) {
      for (const size_t out : {8, 16, 24, 48, 100}) {
        const Product product({count, in, out});
        const size_t columns = PadColumns(out);
        std::vector<float> expected(count * columns), got(count * columns);
        ScalarTileProduct(product.rows(), product.panels(), PlainSums(expected.data(), columns));
        TileProduct(product.rows(), product.panels(), PlainSums(got.data(), columns));
        for (size_t i = 0; i < got.size(); ++i) {
          ASSERT_NEAR(got[i], expected[i], 2e-3) << count << " x " << in << " x " << out;
        }
      }
    }
  }
}

TEST(TileProduct, WritesMapsWithARimAndRoundedRows) {
  IMAGO_NEED_TILES();
  // Two rows of 19 places, in a map 23 wide, 16 channels by 16.
  const Product product({38, 64, 48});
  TileSums sums;
  sums.activation = TileActivation::kGelu;
  sums.width = 19;
  sums.line = 23 * 16;
  sums.step = 16;
  sums.block = 2 * sums.line;
  sums.stride = 64;
  const auto run = [&](auto multiply, std::vector<float>& wide, std::vector<uint16_t>& rounded) {
    wide.assign(3 * sums.block, -7);
    rounded.assign(38 * 64, 0x4000);
    sums.wide = wide.data();
    sums.rounded = rounded.data();
    multiply(product.rows(), product.panels(), sums);
  };
  std::vector<float> expected, got;
  std::vector<uint16_t> expected_rounded, got_rounded;
  run(ScalarTileProduct, expected, expected_rounded);
  run(TileProduct, got, got_rounded);
  for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], 1e-4) << i;
  for (size_t i = 0; i < got_rounded.size(); ++i) {
    const float value = FromBfloat16(expected_rounded[i]);
    ASSERT_NEAR(FromBfloat16(got_rounded[i]), value, std::abs(value) / 100 + 1e-4) << i;
  }
}

TEST(TilesInUse, LeavesTilesToTheBestTable) {
  IMAGO_NEED_TILES();
  const std::string before = ActiveKernels().name;
  ASSERT_TRUE(SetKernels("avx512"));
  EXPECT_FALSE(TilesInUse());
  SetKernels(before);
  EXPECT_TRUE(TilesInUse());
}

}  // namespace
}  // namespace imago
