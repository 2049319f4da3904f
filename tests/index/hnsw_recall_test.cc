#include "gmock/gmock.h"
#include "index/vector_index.h"
#include "kernels/kernels.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

TEST(HnswRecall, TenNearestOfAHundredThousandAgreeWithTheExactOnes) {
  const size_t rows = kSanitized ? 5000 : 100000;
  std::mt19937 random(1);
  const Matrix data = ClusteredUnitRows(rows + 500, 128, 1000, random);
  const MatrixView stored = data.view().Slice(0, rows), queries = data.view().Slice(rows, 500);
  IndexOptions options = {.kind = IndexKind::kHnsw, .threads = kSanitized ? 1 : 2};
  const auto hnsw = NewIndex(options, 128).value();
  ASSERT_TRUE(hnsw->Add(stored).ok());
  options.kind = IndexKind::kExact;
  const auto exact = NewIndex(options, 128).value();
  ASSERT_TRUE(exact->Add(stored).ok());

  const auto found = hnsw->Search(queries, 10, nullptr).value();
  const auto truth = exact->Search(queries, 10, nullptr).value();
  size_t hits = 0;
  for (size_t q = 0; q < truth.size(); ++q) {
    for (const Neighbor& hit : truth[q]) {
      hits += std::count(found[q].begin(), found[q].end(), hit);
    }
  }
  const double recall = static_cast<double>(hits) / 5000;
  RecordProperty("recall_at_10", std::to_string(recall));
  EXPECT_GE(recall, 0.95);
}

}  // namespace
}  // namespace imago
