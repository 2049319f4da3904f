#include "kernels/rotation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gmock/gmock.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

constexpr size_t kSizes[] = {128, 256, 384, 512, 1152};

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

TEST(Rotation, KeepsProducts) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  for (const size_t size : kSizes) {
    const Rotation rotation(size);
    std::vector<double> a(size), b(size), scratch(size);
    for (size_t i = 0; i < size; ++i) {
      a[i] = normal(random);
      b[i] = normal(random) + a[i];
    }
    const double before = Dot(a, b);
    rotation.Apply(a.data(), scratch.data());
    rotation.Apply(b.data(), scratch.data());
    EXPECT_NEAR(Dot(a, b), before, 1e-9 * before) << size;
  }
}

TEST(Rotation, SpreadsOneValueOverAsManyAsItCan) {
  for (const size_t size : kSizes) {
    const Rotation rotation(size);
    std::vector<float> values(size), scratch(size);
    for (size_t at = 0; at < size; at += 7) {
      std::fill(values.begin(), values.end(), 0.0f);
      values[at] = 1;
      rotation.Apply(values.data(), scratch.data());
      const float most =
          std::abs(*std::max_element(values.begin(), values.end(),
                                     [](float a, float b) { return std::abs(a) < std::abs(b); }));
      // 256 parts, each of a sixteenth, or half as many of twice that.
      EXPECT_LE(most, size >= 256 ? 0x1p-4f : 0x1p-3f) << size << ", " << at;
    }
  }
}

TEST(Rotation, FloatsAreOffByAFewRoundings) {
  std::mt19937 random(2);
  for (const size_t size : kSizes) {
    const Rotation rotation(size);
    const Matrix row = RandomMatrix(1, size, random);
    std::vector<float> floats(row.data(), row.data() + size), scratch(size);
    std::vector<double> doubles(floats.begin(), floats.end()), wide_scratch(size);
    rotation.Apply(floats.data(), scratch.data());
    rotation.Apply(doubles.data(), wide_scratch.data());
    double off = 0;
    for (size_t i = 0; i < size; ++i) off += std::pow(floats[i] - doubles[i], 2);
    EXPECT_LE(std::sqrt(off), Rotation::kSteps * 0x1p-24 * std::sqrt(Dot(doubles, doubles)));
  }
}

TEST(Rotation, IsTheSameEachTime) {
  std::vector<float> a(256), b(256), scratch(256);
  std::iota(a.begin(), a.end(), 1.0f);
  b = a;
  Rotation(256).Apply(a.data(), scratch.data());
  Rotation(256).Apply(b.data(), scratch.data());
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace imago
