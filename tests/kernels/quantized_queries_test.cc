#include "kernels/quantized_queries.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

// Few values a row leave the bounds little room, so that what is missing from them shows.
constexpr size_t kDims[] = {1, 2, 3, 4, 7, 16, 65, 130};

struct Sides {
  QuantizedRows rows;
  HalfMatrix originals;
  Matrix queries;
};

Sides RandomSides(size_t dim, int trial, std::mt19937& random) {
  Sides sides = {QuantizedRows(dim), {}, RandomMatrix(10, dim, random)};
  Matrix rows = RandomMatrix(64, dim, random);
  for (size_t r = 0; r < 64; ++r) {
    const float scale = std::exp2(static_cast<float>(random() % 20) - 12);
    for (size_t i = 0; i < dim; ++i) {
      if (trial % 3 == 1) rows.row(r)[i] *= scale;
      if (trial % 3 == 2) rows.row(r)[i] = static_cast<float>(random() % 5);
    }
  }
  for (size_t i = 0; i < 10 * dim && trial % 2 == 1; ++i) {
    sides.queries.data()[i] = static_cast<float>(random() % 255) - 127;  // left whole
  }
  sides.originals = ToHalf(rows);
  sides.rows.Cover(sides.originals, 1);
  return sides;
}

// [query, row]: of the high nibbles, or of all of each byte.
std::vector<int32_t> Dots(const QuantizedQueries& queries, const QuantizedRows& rows, bool fine) {
  std::vector<const uint8_t*> high, low;
  for (size_t r = 0; r < 64; ++r) {
    high.push_back(rows.high(r));
    low.push_back(rows.low(r));
  }
  std::vector<int32_t> dots(queries.values().count * 64), low_dots(dots.size());
  ScalarKernels().nibble_dots(queries.values(), high.data(), 64, dots.data());
  ScalarKernels().nibble_dots(queries.values(), low.data(), 64, low_dots.data());
  for (size_t i = 0; i < dots.size() && fine; ++i) dots[i] = 16 * dots[i] + low_dots[i];
  return dots;
}

using QuantizedQueriesEach = EachKernels;
IMAGO_FOR_EACH_KERNELS(QuantizedQueriesEach);

TEST_P(QuantizedQueriesEach, EveryRowReachesItsOwnScore) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 60; ++trial) {
    for (const size_t dim : kDims) {
      const Sides sides = RandomSides(dim, trial, random);
      const QuantizedQueries queries(sides.queries, sides.rows);
      const std::vector<int32_t> rough = Dots(queries, sides.rows, false);
      const std::vector<int32_t> fine = Dots(queries, sides.rows, true);
      for (size_t i = 0; i < rough.size(); ++i) {
        const size_t q = i / 64, r = i % 64;
        const float score = GetParam()->dot_f16(sides.queries.row(q), sides.originals.row(r), dim);
        const float* scale = sides.rows.scales() + r;
        ASSERT_EQ(GetParam()->reaching(&rough[i], scale, sides.rows.rough_errors() + r, 1,
                                       queries.RoughBound(q, score, sides.rows.reach(0))),
                  1)
            << "roughly, dim " << dim << ", trial " << trial;
        ASSERT_EQ(GetParam()->reaching(&fine[i], scale, sides.rows.fine_errors() + r, 1,
                                       queries.FineBound(q, score, sides.rows.reach(0))),
                  1)
            << "finely, dim " << dim << ", trial " << trial;
      }
    }
  }
}

TEST_P(QuantizedQueriesEach, FewUnitRowsReachMuchMoreThanTheirScore) {
  std::mt19937 random(2);
  const HalfMatrix originals = ToHalf(RandomUnitRows(64, 512, random));
  const Matrix units = RandomUnitRows(10, 512, random);
  QuantizedRows rows(512);
  rows.Cover(originals, 1);
  const QuantizedQueries queries(units, rows);
  const std::vector<int32_t> rough = Dots(queries, rows, false), fine = Dots(queries, rows, true);
  for (size_t i = 0; i < rough.size(); ++i) {
    const size_t q = i / 64, r = i % 64;
    const float score = GetParam()->dot_f16(units.row(q), originals.row(r), 512);
    EXPECT_EQ(GetParam()->reaching(&rough[i], rows.scales() + r, rows.rough_errors() + r, 1,
                                   queries.RoughBound(q, score + 0.2f, rows.reach(0))),
              0);
    EXPECT_EQ(GetParam()->reaching(&fine[i], rows.scales() + r, rows.fine_errors() + r, 1,
                                   queries.FineBound(q, score + 0.025f, rows.reach(0))),
              0);
  }
}

TEST(QuantizedQueries, OnlyIsTheQueryAlone) {
  std::mt19937 random(3);
  const Sides sides = RandomSides(130, 0, random);
  const QuantizedQueries queries(sides.queries, sides.rows);
  const std::vector<int32_t> all = Dots(queries, sides.rows, false);
  const uint8_t* row = sides.rows.high(5);
  for (size_t q = 0; q < 10; ++q) {
    int32_t dot = 0;
    ScalarKernels().nibble_dots(queries.Only(q), &row, 1, &dot);
    EXPECT_EQ(dot, all[q * 64 + 5]);
  }
}

TEST(QuantizedQueries, TooLongOrTooShortQueriesAreNotBounded) {
  const QuantizedRows rows(2);
  const auto bounded = [&](float a, float b) {
    return QuantizedQueries(Matrix({1, 1, a, b}, 2, 2), rows).bounded();
  };
  EXPECT_TRUE(bounded(1e19f, 0));
  EXPECT_TRUE(bounded(0, -1e-19f));
  EXPECT_FALSE(bounded(0, 0));
  EXPECT_FALSE(bounded(1e-21f, 1e-21f));
  EXPECT_FALSE(bounded(1e21f, 0));
  EXPECT_FALSE(bounded(std::numeric_limits<float>::max(), std::numeric_limits<float>::max()));
}

}  // namespace
}  // namespace imago
