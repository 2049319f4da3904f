#include "kernels/quantized_rows.h"

#include <cmath>

#include "gmock/gmock.h"
#include "kernels/nibbles.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

int Nibble(const uint8_t* row, size_t i) {
  const uint8_t byte = row[i / kNibbleGroup * kNibbleGroupBytes + i % kNibbleGroupBytes];
  return i % kNibbleGroup < kNibbleGroupBytes ? byte & 15 : byte >> 4;
}

struct Lengths {
  double row = 0, rough = 0, fine = 0, rough_left = 0, fine_left = 0;
};

// Of one row without the center, of both its stored forms, and of what these leave out.
Lengths LengthsOf(const QuantizedRows& rows, const float* original, size_t r) {
  Lengths sums;
  for (size_t i = 0; i < rows.dim(); ++i) {
    const int high = Nibble(rows.high(r), i), low = Nibble(rows.low(r), i);
    const double value = double{original[i]} - rows.center()[i];
    const double rough = double{rows.scales()[r]} * (16 * high - 120);
    const double fine = double{rows.scales()[r]} * (16 * high + low - 127.5);
    sums.row += value * value;
    sums.rough += rough * rough;
    sums.fine += fine * fine;
    sums.rough_left += (value - rough) * (value - rough);
    sums.fine_left += (value - fine) * (value - fine);
  }
  return {std::sqrt(sums.row), std::sqrt(sums.rough), std::sqrt(sums.fine),
          std::sqrt(sums.rough_left), std::sqrt(sums.fine_left)};
}

// Rows of one kind, which is a number from 0 to 5.
Matrix RowsOfKind(int kind, size_t rows, size_t dim, std::mt19937& random) {
  Matrix out = RandomMatrix(rows, dim, random);
  for (size_t r = 0; r < rows; ++r) {
    const float scale = std::exp2(static_cast<float>(random() % 38) - 24);
    for (size_t i = 0; i < dim; ++i) {
      float& value = out.row(r)[i];
      if (kind == 1) value = value * 0.05f + (i % 7 == 0 ? 5 : 1);  // much in common
      if (kind == 2) value *= scale;                                // all that f16 has
      if (kind == 3) value = i == r % dim ? 65504 : value * 1e-6f;  // one that stands out
      if (kind == 4) value = r % 3 == 0 ? 0 : value;
      if (kind == 5) value = static_cast<float>(random() % 2);
    }
  }
  return ToFloat(ToHalf(out));
}

void ExpectSound(const QuantizedRows& rows, const Matrix& originals) {
  ASSERT_EQ(rows.rows(), originals.rows());
  for (size_t r = 0; r < originals.rows(); ++r) {
    const Lengths lengths = LengthsOf(rows, originals.row(r), r);
    ASSERT_GE(rows.rough_errors()[r], lengths.rough_left) << r;
    ASSERT_GE(rows.fine_errors()[r], lengths.fine_left) << r;
    const float reach = rows.reach(r / QuantizedRows::kBlockRows);
    ASSERT_GE(reach, std::max({lengths.row, lengths.rough, lengths.fine})) << r;
    // and not by much
    ASSERT_LE(rows.rough_errors()[r], lengths.rough_left * 1.001 + lengths.row * 1e-5) << r;
    ASSERT_LE(rows.fine_errors()[r], lengths.fine_left * 1.001 + lengths.row * 1e-5) << r;
  }
}

TEST(QuantizedRows, ErrorsAndReachAreNeverTooSmall) {
  std::mt19937 random(1);
  for (int kind = 0; kind < 6; ++kind) {
    for (const size_t dim : {1, 5, 31, 64, 100, 128, 129, 512}) {
      const Matrix originals = RowsOfKind(kind, 150, dim, random);
      QuantizedRows rows(dim);
      rows.Cover(ToHalf(originals), 1);
      SCOPED_TRACE(testing::Message() << "kind " << kind << ", dim " << dim);
      ExpectSound(rows, originals);
    }
  }
}

TEST(QuantizedRows, EightBitsLeaveOutASixteenthOfWhatFourDo) {
  std::mt19937 random(2);
  const HalfMatrix originals = ToHalf(RandomUnitRows(200, 512, random));
  QuantizedRows rows(512);
  rows.Cover(originals, 1);
  for (size_t r = 0; r < 200; ++r) {
    EXPECT_LT(rows.rough_errors()[r], 0.17f);
    EXPECT_LT(rows.fine_errors()[r], 0.011f);
  }
}

TEST(QuantizedRows, WhatAllRowsShareCostsNothing) {
  std::mt19937 random(3);
  Matrix originals = RandomUnitRows(500, 64, random);
  for (size_t r = 0; r < 500; ++r) originals.row(r)[9] += 50;
  QuantizedRows rows(64);
  rows.Cover(ToHalf(originals), 1);
  for (size_t r = 0; r < 500; ++r) EXPECT_LT(rows.rough_errors()[r], 0.2f);
}

TEST(QuantizedRows, TakesInRowsAsTheyCome) {
  std::mt19937 random(4);
  const Matrix originals = RowsOfKind(1, 1000, 40, random);
  const HalfMatrix half = ToHalf(originals);
  QuantizedRows rows(40);
  for (const size_t covered : {0, 1, 2, 63, 64, 65, 300, 301, 599, 600, 601, 1000}) {
    rows.Cover(half.view().Slice(0, covered), 1 + covered % 3);
    ExpectSound(rows, ToFloat(half.view().Slice(0, covered)));
  }
}

TEST(QuantizedRows, ThreadsStoreWhatOneDoes) {
  std::mt19937 random(5);
  const HalfMatrix half = ToHalf(RandomMatrix(5001, 33, random));
  QuantizedRows one(33), many(33);
  one.Cover(half, 1);
  many.Cover(half, 5);
  for (size_t r = 0; r < half.rows(); ++r) {
    ASSERT_TRUE(std::equal(one.high(r), one.high(r) + kNibbleGroupBytes, many.high(r)));
    ASSERT_TRUE(std::equal(one.low(r), one.low(r) + kNibbleGroupBytes, many.low(r)));
    ASSERT_EQ(one.fine_errors()[r], many.fine_errors()[r]);
    ASSERT_EQ(one.reach(r / 64), many.reach(r / 64));
  }
}

}  // namespace
}  // namespace imago
