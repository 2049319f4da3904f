#include "embed/plain_bert.h"

#include <numeric>

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
    Matrix expected = plain.Rows(ids);
    Matrix got = tiles.Rows(ids);
    ASSERT_EQ(got.rows(), count);
    NormalizeRows(expected);
    NormalizeRows(got);
    for (size_t r = 0; r < count; ++r) {
      const double cosine =
          std::inner_product(got.row(r), got.row(r) + plain.width(), expected.row(r), 0.0);
      EXPECT_GT(cosine, 0.999) << r << " of " << count;
    }
  }
}

}  // namespace
}  // namespace imago
