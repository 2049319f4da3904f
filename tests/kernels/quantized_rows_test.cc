#include "kernels/quantized_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

int Nibble(const uint8_t* row, size_t i) {
  const uint8_t byte = row[i / kNibbleGroup * kNibbleGroupBytes + i % kNibbleGroupBytes];
  return i % kNibbleGroup < kNibbleGroupBytes ? byte & 15 : byte >> 4;
}

int Crumb(const uint8_t* row, size_t i) {
  const size_t in_group = i % kCrumbGroup;
  const uint8_t byte = row[i / kCrumbGroup * kCrumbGroupBytes + in_group % kCrumbGroupBytes];
  return (byte >> (in_group / kCrumbGroupBytes * 2)) & 3;
}

// The length of a row's form and of what it leaves out.
struct Lengths {
  double form = 0, left = 0;
};

template <typename Value>
Lengths LengthsOf(const std::vector<double>& row, const Value& value) {
  Lengths sums;
  for (size_t i = 0; i < row.size(); ++i) {
    sums.form += value(i) * value(i);
    sums.left += (row[i] - value(i)) * (row[i] - value(i));
  }
  return {std::sqrt(sums.form), std::sqrt(sums.left)};
}

// A row as it is stored but for its rounding.
std::vector<double> Rotated(const QuantizedRows& rows, const float* original) {
  std::vector<double> row(rows.groups() * kNibbleGroup), scratch(row.size());
  for (size_t i = 0; i < rows.dim(); ++i) {
    row[i] = (double{original[i]} - rows.center()[i]) * rows.weights()[i];
  }
  rows.rotation().Apply(row.data(), scratch.data());
  return row;
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

// Errors and reach are never too small, and not by much too large.
void ExpectSound(const QuantizedRows& rows, const Matrix& originals) {
  ASSERT_EQ(rows.rows(), originals.rows());
  for (size_t r = 0; r < originals.rows(); ++r) {
    const FormTerms& terms = rows.terms(r);
    const CoarseTerms& coarse_terms = rows.coarse_terms(r);
    const std::vector<double> row = Rotated(rows, originals.row(r));
    const Lengths whole = LengthsOf(row, [&](size_t i) { return row[i]; });
    const auto expect = [&](float error, const auto& value) {
      const Lengths lengths = LengthsOf(row, value);
      ASSERT_GE(error, lengths.left) << r;
      ASSERT_LE(error, lengths.left * 1.01 + whole.form * 1e-5) << r;
      ASSERT_GE(rows.reach(r / QuantizedRows::kBlockRows), std::max(whole.form, lengths.form)) << r;
    };
    expect(terms.fine_error.value(), [&](size_t i) {
      return terms.scale * (16 * Nibble(rows.high(r), i) + Nibble(rows.low(r), i) - 127.5);
    });
    expect(terms.rough_error.value(),
           [&](size_t i) { return terms.scale * (16.0 * Nibble(rows.high(r), i) - 120); });
    expect(coarse_terms.error.value(), [&](size_t i) {
      return coarse_terms.scale.value() * (2.0 * Crumb(rows.crumbs(r), i) - 3);
    });
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

// Also where a few values are much larger than the others.
TEST(QuantizedRows, EachFormLeavesOutItsPartOfTheLength) {
  std::mt19937 random(2);
  for (const float first : {1.0f, 20.0f}) {
    Matrix rows = RandomUnitRows(200, 512, random);
    for (size_t r = 0; r < 200; ++r) {
      for (size_t i = 0; i < 3; ++i) rows.row(r)[i] *= first;
    }
    const HalfMatrix half = ToHalf(rows);
    QuantizedRows quantized(512);
    quantized.Cover(half, 1);
    for (size_t r = 0; r < 200; ++r) {
      const std::vector<double> row = Rotated(quantized, ToFloat(half.view().Slice(r, 1)).row(0));
      const double length = LengthsOf(row, [&](size_t i) { return row[i]; }).form;
      EXPECT_LT(quantized.coarse_terms(r).error.value(), 0.38 * length);
      EXPECT_LT(quantized.terms(r).rough_error.value(), 0.17 * length);
      EXPECT_LT(quantized.terms(r).fine_error.value(), 0.011 * length);
    }
  }
}

TEST(QuantizedRows, ShortFloatsAreRoundedToTheSideAskedFor) {
  std::mt19937 random(6);
  for (int trial = 0; trial < 1000; ++trial) {
    const float value = std::exp2(static_cast<float>(random() % 2000) / 8 - 125);
    EXPECT_LE(ShortFloat::AtMost(value).value(), value);
    EXPECT_GT(ShortFloat::AtMost(value).value(), value * 0.99f);
    EXPECT_GE(ShortFloat::AtLeast(value).value(), value);
    EXPECT_LT(ShortFloat::AtLeast(value).value(), value * 1.01f);
  }
  EXPECT_EQ(ShortFloat::AtLeast(0).value(), 0);
  EXPECT_EQ(ShortFloat::AtLeast(1.5f).value(), 1.5f);
  EXPECT_EQ(ShortFloat::AtLeast(std::numeric_limits<float>::max()).value(),
            std::numeric_limits<float>::infinity());
}

TEST(QuantizedRows, WhatAllRowsShareCostsNothing) {
  std::mt19937 random(3);
  Matrix originals = RandomUnitRows(500, 64, random);
  for (size_t r = 0; r < 500; ++r) originals.row(r)[9] += 50;
  QuantizedRows rows(64);
  rows.Cover(ToHalf(originals), 1);
  for (size_t r = 0; r < 500; ++r) EXPECT_LT(rows.terms(r).rough_error.value(), 0.2f);
}

// So that a query, whose values are divided by the weights, has little where forms leave out much.
TEST(QuantizedRows, ValuesThatVaryMuchWeighLess) {
  std::mt19937 random(7);
  Matrix originals = RandomMatrix(500, 40, random);
  for (size_t r = 0; r < 500; ++r) {
    for (size_t i = 0; i < 20; ++i) originals.row(r)[i] *= 16;
    originals.row(r)[39] = 3;
  }
  QuantizedRows rows(40);
  rows.Cover(ToHalf(originals), 1);
  const float much = rows.weights()[0];
  for (size_t i = 0; i < 39; ++i) {
    EXPECT_NEAR(rows.weights()[i], i < 20 ? much : 4 * much, i < 20 ? 0.1f : 0.4f) << i;
  }
  EXPECT_EQ(rows.weights()[39], 16) << "does not vary";
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
    ASSERT_TRUE(std::equal(one.crumbs(r), one.crumbs(r) + kCrumbGroupBytes, many.crumbs(r)));
    ASSERT_TRUE(std::equal(one.high(r), one.high(r) + kNibbleGroupBytes, many.high(r)));
    ASSERT_TRUE(std::equal(one.low(r), one.low(r) + kNibbleGroupBytes, many.low(r)));
    ASSERT_EQ(one.coarse_terms(r).error.value(), many.coarse_terms(r).error.value());
    ASSERT_EQ(one.terms(r).fine_error.value(), many.terms(r).fine_error.value());
    ASSERT_EQ(one.reach(r / 64), many.reach(r / 64));
  }
}

}  // namespace
}  // namespace imago
