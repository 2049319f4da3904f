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

// [query, row]
std::vector<int32_t> Dots(const QuantizedQueries& queries, const QuantizedRows& rows, Form form) {
  std::vector<const uint8_t*> crumbs, high, low;
  for (size_t r = 0; r < 64; ++r) {
    crumbs.push_back(rows.crumbs(r));
    high.push_back(rows.high(r));
    low.push_back(rows.low(r));
  }
  const Kernels& kernels = ScalarKernels();
  std::vector<int32_t> dots(queries.values().count * 64), low_dots(dots.size());
  if (form == Form::kCoarse) {
    for (size_t q = 0; q < queries.values().count; ++q) {
      kernels.crumb_dots(queries.Only(q).values, rows.groups(), crumbs.data(), 64, &dots[q * 64]);
    }
    return dots;
  }
  kernels.nibble_dots(queries.values(), high.data(), 64, dots.data());
  kernels.nibble_dots(queries.values(), low.data(), 64, low_dots.data());
  for (size_t i = 0; i < dots.size() && form == Form::kFine; ++i) {
    dots[i] = 16 * dots[i] + low_dots[i];
  }
  return dots;
}

struct Terms {
  float scale, error;
};

Terms TermsOf(const QuantizedRows& rows, size_t row, Form form) {
  const FormTerms& terms = rows.terms(row);
  switch (form) {
    case Form::kCoarse:
      return {rows.coarse_terms(row).scale.value(), rows.coarse_terms(row).error.value()};
    case Form::kRough:
      return {terms.scale, terms.rough_error.value()};
    case Form::kFine:
      return {terms.scale, terms.fine_error.value()};
  }
  return {};
}

constexpr Form kForms[] = {Form::kCoarse, Form::kRough, Form::kFine};

using QuantizedQueriesEach = EachKernels;
IMAGO_FOR_EACH_KERNELS(QuantizedQueriesEach);

TEST_P(QuantizedQueriesEach, EveryRowReachesItsOwnScore) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 60; ++trial) {
    for (const size_t dim : kDims) {
      const Sides sides = RandomSides(dim, trial, random);
      const QuantizedQueries queries(sides.queries, sides.rows);
      for (const Form form : kForms) {
        const std::vector<int32_t> dots = Dots(queries, sides.rows, form);
        for (size_t i = 0; i < dots.size(); ++i) {
          const size_t q = i / 64, r = i % 64;
          const float score =
              GetParam()->dot_f16(sides.queries.row(q), sides.originals.row(r), dim);
          const Terms terms = TermsOf(sides.rows, r, form);
          ASSERT_EQ(GetParam()->reaching(&dots[i], &terms.scale, &terms.error, 1,
                                         queries.Bound(form, q, score, sides.rows.reach(0))),
                    1)
              << "form " << static_cast<int>(form) << ", dim " << dim << ", trial " << trial;
        }
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
  for (const Form form : kForms) {
    const float more = form == Form::kCoarse ? 0.45f : form == Form::kRough ? 0.2f : 0.025f;
    const std::vector<int32_t> dots = Dots(queries, rows, form);
    for (size_t i = 0; i < dots.size(); ++i) {
      const size_t q = i / 64, r = i % 64;
      const float score = GetParam()->dot_f16(units.row(q), originals.row(r), 512);
      const Terms terms = TermsOf(rows, r, form);
      EXPECT_EQ(GetParam()->reaching(&dots[i], &terms.scale, &terms.error, 1,
                                     queries.Bound(form, q, score + more, rows.reach(0))),
                0)
          << "form " << static_cast<int>(form);
    }
  }
}

TEST(QuantizedQueries, OnlyIsTheQueryAlone) {
  std::mt19937 random(3);
  const Sides sides = RandomSides(130, 0, random);
  const QuantizedQueries queries(sides.queries, sides.rows);
  const std::vector<int32_t> all = Dots(queries, sides.rows, Form::kRough);
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
