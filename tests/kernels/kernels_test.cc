#include "kernels/kernels.h"

#include <bit>
#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

constexpr size_t kLengths[] = {0,  1,  2,  3,  7,  8,  9,   15,  16,  17,  31,
                               33, 47, 63, 64, 65, 95, 127, 384, 512, 1000};
constexpr float kInfinity = std::numeric_limits<float>::infinity();

using KernelParity = EachKernels;
IMAGO_FOR_EACH_KERNELS(KernelParity);

// What summing in f32 may cost: in proportion to the sum of magnitudes.
float Tolerance(const float* a, const float* b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; ++i) sum += std::abs(double{a[i]} * b[i]);
  return static_cast<float>(sum * 2e-7 * (1 + std::sqrt(n / 16.0)));
}

// A row that starts `offset` elements into its allocation.
template <typename T>
std::vector<T> Misaligned(const T* data, size_t n, size_t offset) {
  std::vector<T> out(offset + n);
  std::copy(data, data + n, out.begin() + offset);
  return out;
}

TEST_P(KernelParity, DotAgreesWithScalarAtEveryLengthAndAlignment) {
  std::mt19937 random(1);
  for (const size_t n : kLengths) {
    const Matrix x = RandomMatrix(2, n, random);
    for (const size_t offset : {0, 1, 3}) {
      const std::vector<float> a = Misaligned(x.row(0), n, offset);
      const std::vector<float> b = Misaligned(x.row(1), n, offset + 1);
      const float expected = ScalarKernels().dot_f32(x.row(0), x.row(1), n);
      EXPECT_NEAR(GetParam()->dot_f32(a.data() + offset, b.data() + offset + 1, n), expected,
                  Tolerance(x.row(0), x.row(1), n))
          << n << " at " << offset;
    }
  }
}

TEST_P(KernelParity, HalfDotAgreesWithScalarAtEveryLengthAndAlignment) {
  std::mt19937 random(2);
  for (const size_t n : kLengths) {
    const Matrix x = RandomMatrix(2, n, random);
    const HalfMatrix half = ToHalf(x);
    for (const size_t offset : {0, 1, 3}) {
      const std::vector<Half> b = Misaligned(half.row(1), n, offset);
      const float expected = ScalarKernels().dot_f16(x.row(0), half.row(1), n);
      EXPECT_NEAR(GetParam()->dot_f16(x.row(0), b.data() + offset, n), expected,
                  Tolerance(x.row(0), x.row(1), n))
          << n << " at " << offset;
    }
  }
}

TEST_P(KernelParity, BlocksOfDotsEqualSingleDotsBitForBit) {
  std::mt19937 random(3);
  for (const size_t n : {1, 7, 16, 65, 384}) {
    const Matrix queries = RandomMatrix(9, n, random);
    const Matrix rows = ToFloat(ToHalf(RandomMatrix(19, n, random)));
    const HalfMatrix half = ToHalf(rows);
    for (size_t nq = 0; nq <= 9; ++nq) {
      for (size_t nr = 0; nr <= 19; ++nr) {
        std::vector<float> f32(nq * nr + 1, -7), f16(nq * nr + 1, -7);
        GetParam()->dots_f32(queries.data(), nq, rows.data(), nr, n, f32.data());
        GetParam()->dots_f16(queries.data(), nq, half.data(), nr, n, f16.data());
        for (size_t i = 0; i < nq * nr; ++i) {
          const float* query = queries.row(i / nr);
          ASSERT_EQ(f32[i], GetParam()->dot_f32(query, rows.row(i % nr), n));
          ASSERT_EQ(f16[i], f32[i]);
        }
        ASSERT_EQ(f32.back(), -7);  // nothing written beyond the end
        ASSERT_EQ(f16.back(), -7);
      }
    }
  }
}

TEST_P(KernelParity, AddScaledAgreesWithScalarAndWritesNothingElse) {
  std::mt19937 random(4);
  for (const size_t n : kLengths) {
    const Matrix x = RandomMatrix(1, n, random);
    const Matrix y = RandomMatrix(1, n, random);
    std::vector<float> expected = Misaligned(y.data(), n, 1);
    expected.push_back(5);
    std::vector<float> actual = expected;
    ScalarKernels().add_scaled(x.data(), 0.7f, expected.data() + 1, n);
    GetParam()->add_scaled(x.data(), 0.7f, actual.data() + 1, n);
    EXPECT_THAT(actual, testing::Pointwise(testing::FloatNear(1e-6f), expected)) << n;
  }
}

TEST_P(KernelParity, InfinityAndNanComeThroughDots) {
  std::vector<float> a(33, 1.0f);
  a[32] = kInfinity;
  const std::vector<float> b(33, 1.0f);
  EXPECT_EQ(GetParam()->dot_f32(a.data(), b.data(), 33), kInfinity);
  a[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(GetParam()->dot_f32(a.data(), b.data(), 33)));
}

TEST_P(KernelParity, EveryHalfComesBackFromFloat) {
  std::vector<Half> halves(65536);
  for (size_t i = 0; i < halves.size(); ++i) halves[i].bits = static_cast<uint16_t>(i);
  std::vector<float> floats(halves.size());
  std::vector<Half> back(halves.size());
  GetParam()->to_f32(halves.data(), floats.data(), halves.size());
  GetParam()->to_f16(floats.data(), back.data(), halves.size());
  for (size_t i = 0; i < halves.size(); ++i) {
    const bool nan = (i & 0x7fff) > 0x7c00;
    ASSERT_EQ(std::isnan(floats[i]), nan) << i;
    ASSERT_EQ(back[i].bits, nan ? i | 0x0200 : i);  // a NaN comes back quiet
  }
}

TEST_P(KernelParity, ConversionsEqualScalarBitForBit) {
  std::mt19937 random(5);
  std::vector<float> in;
  for (int i = 0; i < 200003; ++i) in.push_back(std::bit_cast<float>(uint32_t(random())));
  for (uint32_t bits = 0x33000000 - 70000; bits < 0x33000000 + 70000; ++bits) {
    in.push_back(std::bit_cast<float>(bits));  // about half of the smallest denormal
  }
  for (int i = 0; i < 200000; ++i) {  // halves' denormals and their neighbours
    in.push_back(std::bit_cast<float>(0x33000000 + uint32_t(random() % 0x06000000)));
  }
  std::vector<Half> expected(in.size()), actual(in.size());
  ScalarKernels().to_f16(in.data(), expected.data(), in.size());
  GetParam()->to_f16(in.data(), actual.data(), in.size());
  for (size_t i = 0; i < in.size(); ++i) {
    ASSERT_EQ(actual[i].bits, expected[i].bits) << std::bit_cast<uint32_t>(in[i]);
  }
}

TEST_P(KernelParity, ConversionsOfAwkwardLengthsWriteNothingElse) {
  for (const size_t n : kLengths) {
    const std::vector<float> in(n, 1.5f);
    std::vector<Half> half(n + 1, Half{7});
    GetParam()->to_f16(in.data(), half.data(), n);
    ASSERT_EQ(half[n].bits, 7);
    std::vector<float> out(n + 1, -7);
    GetParam()->to_f32(half.data(), out.data(), n);
    ASSERT_EQ(out[n], -7);
    for (size_t i = 0; i < n; ++i) ASSERT_EQ(out[i], 1.5f);
  }
}

uint16_t HalfBits(float value) {
  Half half;
  ScalarKernels().to_f16(&value, &half, 1);
  return half.bits;
}

TEST(ScalarKernels, HalvesRoundToNearestEven) {
  EXPECT_EQ(HalfBits(1.0f), 0x3c00);
  EXPECT_EQ(HalfBits(-2.0f), 0xc000);
  EXPECT_EQ(HalfBits(1 + 0x1p-11f), 0x3c00);      // half way, down to even
  EXPECT_EQ(HalfBits(1 + 3 * 0x1p-11f), 0x3c02);  // half way, up to even
  EXPECT_EQ(HalfBits(1 + 0x1.002p-11f), 0x3c01);
  EXPECT_EQ(HalfBits(-0.0f), 0x8000);
}

TEST(ScalarKernels, HalvesAtTheEndsOfTheRange) {
  EXPECT_EQ(HalfBits(65504.0f), 0x7bff);
  EXPECT_EQ(HalfBits(65519.99f), 0x7bff);
  EXPECT_EQ(HalfBits(65520.0f), 0x7c00);  // rounds to infinity
  EXPECT_EQ(HalfBits(1e30f), 0x7c00);
  EXPECT_EQ(HalfBits(-kInfinity), 0xfc00);
  EXPECT_EQ(HalfBits(0x1p-24f), 0x0001);
  EXPECT_EQ(HalfBits(0x1p-25f), 0x0000);  // half way to the smallest denormal, down to even
  EXPECT_EQ(HalfBits(0x1.01p-25f), 0x0001);
  EXPECT_EQ(HalfBits(0x1.ffep-15f), 0x0400);  // rounds up into the normal range
}

TEST(Kernels, AnUnknownTableIsRefusedAndChangesNothing) {
  const std::string before = ActiveKernels().name;
  EXPECT_FALSE(SetKernels("abacus"));
  EXPECT_EQ(ActiveKernels().name, before);
}

TEST(Kernels, ScalarIsAlwaysThereAndFirst) {
  EXPECT_STREQ(AvailableKernels().front()->name, "scalar");
}

TEST(NormalizeRows, GivesUnitLengthAndLeavesWhatHasNone) {
  std::mt19937 random(6);
  Matrix rows = RandomMatrix(5, 37, random);
  for (size_t i = 0; i < 37; ++i) rows.row(1)[i] = 0;
  rows.row(2)[5] = kInfinity;
  for (size_t i = 0; i < 37; ++i) rows.row(3)[i] *= 1e30f;  // squares overflow f32
  const Matrix before = rows;
  EXPECT_EQ(NormalizeRows(rows), 2);
  for (const size_t r : {0, 3, 4}) {
    EXPECT_NEAR(ScalarKernels().dot_f32(rows.row(r), rows.row(r), 37), 1, 1e-6) << r;
  }
  for (const size_t r : {1, 2}) {
    EXPECT_TRUE(std::equal(rows.row(r), rows.row(r) + 37, before.row(r))) << r;
  }
}

}  // namespace
}  // namespace imago
