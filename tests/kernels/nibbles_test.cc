#include "kernels/nibbles.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

using NibbleParity = EachKernels;
IMAGO_FOR_EACH_KERNELS(NibbleParity);

struct Case {
  std::vector<int8_t> values;
  std::vector<uint8_t> bytes;
  std::vector<const uint8_t*> rows;
  NibbleQueries queries;
};

// Rows in a shuffled order; `most` bounds the queries' values.
Case RandomCase(size_t nq, size_t count, size_t groups, int most, std::mt19937& random) {
  Case made;
  made.values.resize(nq * groups * kNibbleGroup);
  made.bytes.resize(count * groups * kNibbleGroupBytes);
  for (int8_t& value : made.values) {
    value = static_cast<int8_t>(static_cast<int>(random() % (2 * most + 1)) - most);
  }
  for (uint8_t& byte : made.bytes) byte = static_cast<uint8_t>(random());
  for (size_t r = 0; r < count; ++r) {
    made.rows.push_back(made.bytes.data() + r * groups * kNibbleGroupBytes);
  }
  std::shuffle(made.rows.begin(), made.rows.end(), random);
  made.queries = {made.values.data(), nq, groups};
  made.queries.run = NibbleRun(made.queries);
  return made;
}

void ExpectScalarDots(const Kernels& kernels, const Case& with) {
  const size_t pairs = with.queries.count * with.rows.size();
  std::vector<int32_t> expected(pairs + 1, -7), actual(pairs + 1, -7);
  ScalarKernels().nibble_dots(with.queries, with.rows.data(), with.rows.size(), expected.data());
  kernels.nibble_dots(with.queries, with.rows.data(), with.rows.size(), actual.data());
  ASSERT_EQ(actual, expected) << with.queries.count << " queries, " << with.rows.size()
                              << " rows of " << with.queries.groups << " groups";
}

TEST_P(NibbleParity, DotsEqualScalarInEveryShape) {
  std::mt19937 random(1);
  for (size_t groups = 0; groups <= 5; ++groups) {
    for (size_t nq = 0; nq <= 9; ++nq) {
      for (const size_t count : {0, 1, 3, 4, 7, 8, 13, 64}) {
        ExpectScalarDots(*GetParam(), RandomCase(nq, count, groups, 127, random));
      }
    }
  }
}

TEST_P(NibbleParity, DotsOfManyQueriesEqualScalar) {
  std::mt19937 random(7);
  for (const size_t groups : {1, 4, 5, 9}) {
    for (const size_t nq : {10, 15, 16, 17, 31, 32, 33, 48, 64, 70}) {
      for (const size_t count : {1, 15, 16, 17, 31, 32, 33, 49, 64, 65}) {
        ExpectScalarDots(*GetParam(), RandomCase(nq, count, groups, 127, random));
      }
    }
  }
}

TEST_P(NibbleParity, DotsOfSmallQueriesEqualScalarOverLongRuns) {
  std::mt19937 random(2);
  for (const size_t groups : {3, 8, 9, 20, 100}) {
    const Case with = RandomCase(5, 9, groups, 4, random);
    ASSERT_EQ(with.queries.run, groups);
    ExpectScalarDots(*GetParam(), with);
  }
}

TEST_P(NibbleParity, TheLargestProductsDoNotOverflow) {
  for (const int8_t value : {int8_t{127}, int8_t{-127}}) {
    std::mt19937 random(3);
    Case with = RandomCase(20, 12, 512, 127, random);
    std::fill(with.values.begin(), with.values.end(), value);
    std::fill(with.bytes.begin(), with.bytes.end(), uint8_t{0xff});
    with.queries.run = NibbleRun(with.queries);
    ASSERT_EQ(with.queries.run, 2);
    ExpectScalarDots(*GetParam(), with);
  }
}

TEST_P(NibbleParity, SumsAtTheEdgeOfSixteenBitsDoNotOverflow) {
  // Every lane of 16 bits holds 15 * 2184 = 32760, of one sign or of the other.
  for (const int sign : {1, -1}) {
    std::mt19937 random(4);
    Case with = RandomCase(3, 8, 4, 127, random);
    std::fill(with.bytes.begin(), with.bytes.end(), uint8_t{0xff});
    for (size_t i = 0; i < with.values.size(); ++i) {
      const size_t place = i % (4 * kNibbleGroup) / 32;  // 32 values a lane; 8 of 69, 24 of 68
      with.values[i] = static_cast<int8_t>(sign * (place < 4 ? 69 : 68));
    }
    with.queries.run = NibbleRun(with.queries);
    ASSERT_EQ(with.queries.run, 4);
    ExpectScalarDots(*GetParam(), with);
  }
}

TEST_P(NibbleParity, ReachingEqualsScalarUpToTheEdge) {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> some(0, 2);
  for (int trial = 0; trial < 2000; ++trial) {
    const size_t count = 1 + random() % 64;
    std::vector<int32_t> dots(count);
    std::vector<float> scales(count), errors(count);
    for (size_t r = 0; r < count; ++r) {
      dots[r] = static_cast<int32_t>(random() % 2000001) - 1000000;
      scales[r] = some(random);
      errors[r] = some(random) * 100000;
    }
    ScoreBound bound = {some(random), 50 * some(random), some(random), 0};
    // The edge of the first row, and the numbers next to it.
    const float score = scales[0] * (bound.slope * static_cast<float>(dots[0]) + bound.offset);
    const float edge = score + bound.norm * errors[0];
    for (const float towards :
         {-std::numeric_limits<float>::infinity(), edge, std::numeric_limits<float>::infinity()}) {
      bound.least = std::nextafter(edge, towards);
      const auto reached = [&](const Kernels& kernels) {
        return kernels.reaching(dots.data(), scales.data(), errors.data(), count, bound);
      };
      ASSERT_EQ(reached(*GetParam()), reached(ScalarKernels()));
    }
  }
}

TEST_P(NibbleParity, EveryRowReachesMinusInfinityAndAnEqualScore) {
  const std::vector<int32_t> dots(64, 3);
  const std::vector<float> scales(64, 2), errors(64, 1);
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float least : {-infinity, 2 * (5.0f * 3 + 1) + 7}) {
    for (const size_t count : {0, 1, 7, 8, 63, 64}) {
      const uint64_t all = count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
      EXPECT_EQ(
          GetParam()->reaching(dots.data(), scales.data(), errors.data(), count, {5, 1, 7, least}),
          all);
    }
  }
  EXPECT_EQ(GetParam()->reaching(dots.data(), scales.data(), errors.data(), 64, {5, 1, 7, 39.5f}),
            0);
}

// By name, so that a run says which sets of instructions it could not try.
class NibbleTable : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, NibbleTable,
                         testing::Values("avx2", "avxvnni", "avx512", "avx512vnni", "amx"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(NibbleTable, DotsEqualScalar) {
  for (const Kernels* table : AvailableKernels()) {
    if (std::string(table->name) != GetParam()) continue;
    std::mt19937 random(6);
    for (size_t nq = 1; nq <= 40; ++nq) {
      ExpectScalarDots(*table, RandomCase(nq, 64, 4, 127, random));
    }
    return;
  }
  GTEST_SKIP() << "this CPU has no " << GetParam();
}

}  // namespace
}  // namespace imago
