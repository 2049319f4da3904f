#include "kernels/token_rows.h"

#include <cmath>

#include "kernels/tile_product.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

#define IMAGO_NEED_TILES() \
  if (!TilesInUse()) GTEST_SKIP() << "needs a CPU with tiles of bfloat16 (AMX)"

TEST(NormalizeTokens, GivesEachRowMeanZeroAndDeviationOne) {
  const std::vector<float> gain(16, 2), bias(16, 1);
  std::vector<float> row;
  for (int i = 0; i < 16; ++i) row.push_back(i % 2 == 0 ? 3 : 7);
  std::vector<uint16_t> high(16);
  ScalarNormalizeTokens({gain.data(), bias.data(), 0, 16}, 1, row.data(), high.data());
  for (int i = 0; i < 16; ++i) {
    EXPECT_NEAR(row[i], i % 2 == 0 ? -1 : 3, 1e-6);
    EXPECT_EQ(FromBfloat16(high[i]), i % 2 == 0 ? -1 : 3);
  }
}

TEST(NormalizeTokens, EqualsThePlainLoop) {
  IMAGO_NEED_TILES();
  std::mt19937 random(6);
  const Matrix gain = RandomMatrix(1, 48, random), bias = RandomMatrix(1, 48, random);
  Matrix expected = RandomMatrix(5, 48, random);
  Matrix got = expected;
  std::vector<uint16_t> expected_high(5 * 48), got_high(5 * 48);
  const RowNorm norm = {gain.data(), bias.data(), 1e-5f, 48};
  ScalarNormalizeTokens(norm, 5, expected.data(), expected_high.data());
  Avx512NormalizeTokens(norm, 5, got.data(), got_high.data());
  for (size_t i = 0; i < 5 * 48; ++i) {
    ASSERT_NEAR(got.data()[i], expected.data()[i], 1e-5);
    ASSERT_NEAR(FromBfloat16(got_high[i]), got.data()[i], 0.02);
  }
}

TEST(Attend, TakesTheValueOfTheKeyThatFits) {
  const TokenHeads heads = {1, 16};
  std::vector<float> rows(2 * 48);
  rows[0] = 100;       // the first query: along dimension 0
  rows[48] = -100;     // the second: against it
  rows[16] = 1;        // the first key
  rows[48 + 16] = -1;  // the second
  for (int d = 0; d < 16; ++d) rows[32 + d] = 2, rows[48 + 32 + d] = 3;
  std::vector<float> room(AttentionRoom(heads, 2));
  std::vector<uint16_t> out(2 * 16);
  ScalarAttend(heads, rows.data(), 2, room.data(), out.data());
  EXPECT_EQ(FromBfloat16(out[0]), 2);
  EXPECT_EQ(FromBfloat16(out[16]), 3);
}

TEST(Attend, EqualsThePlainLoopForTextsOfEveryLength) {
  IMAGO_NEED_TILES();
  std::mt19937 random(8);
  const TokenHeads heads = {3, 32};
  for (const size_t tokens : {1, 2, 15, 16, 17, 40, 64}) {
    const Matrix rows = RandomMatrix(tokens, 3 * 96, random);
    std::vector<float> room(AttentionRoom(heads, tokens));
    std::vector<uint16_t> expected(tokens * 96), got(tokens * 96);
    ScalarAttend(heads, rows.data(), tokens, room.data(), expected.data());
    Avx512Attend(heads, rows.data(), tokens, room.data(), got.data());
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_NEAR(FromBfloat16(got[i]), FromBfloat16(expected[i]), 0.02) << tokens << ", " << i;
    }
  }
}

}  // namespace
}  // namespace imago
