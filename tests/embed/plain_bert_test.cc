#include "embed/plain_bert.h"

#include <cmath>

#include "embed/word_pieces.h"
#include "gtest/gtest.h"
#include "kernels/kernels.h"
#include "kernels/tile_product.h"
#include "tests/support/data.h"

namespace imago {
namespace {

// That of the tagger that ships.
PlainBert Read() {
  const auto file =
      SafetensorsFile::Open(SourcePath("models/imago-event-tagger/weights.safetensors")).value();
  const std::string words = "bert.embeddings.word_embeddings.weight";
  return PlainBert::Read(file, "bert.", file.tensors().at(words).shape[0]).value();
}

double Cosine(const float* a, const float* b, size_t count) {
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < count; ++i) {
    ab += double{a[i]} * b[i];
    aa += double{a[i]} * a[i];
    bb += double{b[i]} * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

TEST(PlainBert, WithTilesItsRowsAreNearlyTheSame) {
  if (!TilesInUse()) GTEST_SKIP() << "needs a CPU with tiles of bfloat16 (AMX)";
  const std::string before = ActiveKernels().name;
  ASSERT_TRUE(SetKernels("avx512"));
  const PlainBert plain = Read();
  SetKernels(before);
  const PlainBert tiles = Read();
  for (const size_t count : {size_t{1}, size_t{17}, kRunPieces}) {
    std::vector<int32_t> ids;
    for (size_t i = 0; i < count; ++i) ids.push_back(static_cast<int32_t>(i * i % 10007));
    const Matrix expected = plain.Rows(ids);
    const Matrix got = tiles.Rows(ids);
    ASSERT_EQ(got.rows(), count);
    for (size_t r = 0; r < count; ++r) {
      EXPECT_GT(Cosine(got.row(r), expected.row(r), plain.width()), 0.999) << r << " of " << count;
    }
  }
}

}  // namespace
}  // namespace imago
