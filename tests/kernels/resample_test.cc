#include "kernels/resample.h"

#include <random>

#include "gtest/gtest.h"

namespace imago {
namespace {

constexpr int kOne = 1 << TapsView::kFractionBits;

// Outputs with between 1 and `width` taps at random places of `inputs` inputs; weights of both
// signs that sum to about one.
FilterTaps RandomTaps(int outputs, int inputs, int width, std::mt19937& random) {
  std::vector<int> first;
  std::vector<int> count;
  std::vector<int32_t> weights(static_cast<size_t>(outputs) * width);
  for (int i = 0; i < outputs; ++i) {
    count.push_back(1 + static_cast<int>(random() % width));
    first.push_back(static_cast<int>(random() % (inputs - count[i] + 1)));
    int left = kOne;
    for (int k = 0; k + 1 < count[i]; ++k) {
      weights[i * width + k] = (static_cast<int>(random() % kOne) - kOne / 3) / (3 * width);
      left -= weights[i * width + k];
    }
    weights[i * width + count[i] - 1] = left;
  }
  return FilterTaps(std::move(first), std::move(count), weights);
}

std::vector<uint8_t> RandomBytes(size_t n, std::mt19937& random) {
  std::vector<uint8_t> bytes(n);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

TEST(Resample, CopiesWithOneTapOfWeightOne) {
  const FilterTaps taps({2, 0}, {1, 1}, {kOne, kOne});
  std::vector<uint8_t> row = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  row.resize(row.size() + 16);
  const uint8_t* rows[] = {row.data()};
  std::vector<uint8_t> out(6);
  ActiveResampleKernels().across(rows, 1, taps.view(), out.data());
  EXPECT_EQ(out, (std::vector<uint8_t>{7, 8, 9, 1, 2, 3}));
}

TEST(Resample, RoundsToNearestAndClips) {
  const FilterTaps taps({0, 0, 0}, {2, 2, 2}, {kOne / 2, kOne / 2, 2 * kOne, 0, -kOne, 0});
  const std::vector<uint8_t> column = {200, 101};
  std::vector<uint8_t> out(3);
  kScalarResampleKernels.down(column.data(), 1, taps.view(), out.data());
  EXPECT_EQ(out, (std::vector<uint8_t>{151, 255, 0}));
}

TEST(Resample, GivesTheScalarBytesAcross) {
  std::mt19937 random(1);
  for (int width = 1; width < 23; ++width) {
    const int inputs = 24 + width % 5;
    const int n = 1 + width % 9;
    const FilterTaps taps = RandomTaps(1 + width * 2, inputs, width, random);
    const std::vector<uint8_t> in = RandomBytes(inputs * 3 * n + 16, random);
    std::vector<const uint8_t*> rows;
    for (int r = 0; r < n; ++r) rows.push_back(&in[r * inputs * 3]);
    std::vector<uint8_t> expected(taps.view().outputs * 3 * n);
    std::vector<uint8_t> out(expected.size());
    kScalarResampleKernels.across(rows.data(), rows.size(), taps.view(), expected.data());
    ActiveResampleKernels().across(rows.data(), rows.size(), taps.view(), out.data());
    EXPECT_EQ(out, expected) << width;
  }
}

TEST(Resample, GivesTheScalarBytesDown) {
  std::mt19937 random(2);
  for (int width = 1; width < 23; ++width) {
    for (const size_t row_bytes : {1, 7, 8, 9, 15, 16, 17, 63}) {
      const int inputs = 24 + width % 5;
      const FilterTaps taps = RandomTaps(1 + width * 2, inputs, width, random);
      const std::vector<uint8_t> in = RandomBytes(inputs * row_bytes, random);
      std::vector<uint8_t> expected(taps.view().outputs * row_bytes);
      std::vector<uint8_t> out(expected.size());
      kScalarResampleKernels.down(in.data(), row_bytes, taps.view(), expected.data());
      ActiveResampleKernels().down(in.data(), row_bytes, taps.view(), out.data());
      EXPECT_EQ(out, expected) << width << " " << row_bytes;
    }
  }
}

}  // namespace
}  // namespace imago
