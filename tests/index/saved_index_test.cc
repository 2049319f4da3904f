#include <cstring>

#include "gmock/gmock.h"
#include "index/vector_index.h"
#include "kernels/kernels.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

constexpr int kDim = 4;

class SavedIndexes : public testing::TestWithParam<IndexKind> {
 protected:
  IndexOptions options() const { return {.kind = GetParam(), .hnsw_links = 4}; }
  std::string Bytes(size_t rows) const {
    std::mt19937 random(1);
    const auto index = NewIndex(options(), kDim).value();
    EXPECT_TRUE(index->Add(RandomUnitRows(rows, kDim, random)).ok());
    return index->Save().value();
  }
  absl::StatusCode Load(const std::string& bytes) const {
    return LoadIndex(options(), kDim, bytes).status().code();
  }
};

INSTANTIATE_TEST_SUITE_P(AllKinds, SavedIndexes,
                         testing::Values(IndexKind::kExact, IndexKind::kHnsw, IndexKind::kIvf),
                         [](const auto& info) { return std::string(IndexKindName(info.param)); });

TEST_P(SavedIndexes, TornOrLongerBytesAreDataLoss) {
  const std::string bytes = Bytes(50);
  ASSERT_EQ(Load(bytes), absl::StatusCode::kOk);
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(Load(bytes.substr(0, size)), absl::StatusCode::kDataLoss) << size;
  }
  EXPECT_EQ(Load(bytes + '\0'), absl::StatusCode::kDataLoss);
}

TEST_P(SavedIndexes, AnotherKindOrDimIsDataLoss) {
  const std::string bytes = Bytes(50);
  for (const IndexKind kind : {IndexKind::kExact, IndexKind::kHnsw, IndexKind::kIvf}) {
    EXPECT_EQ(LoadIndex({.kind = kind}, kDim, bytes).ok(), kind == GetParam());
  }
  EXPECT_EQ(LoadIndex(options(), 5, bytes).status().code(), absl::StatusCode::kDataLoss);
}

TEST_P(SavedIndexes, ARowCountThatWouldWrapIsDataLoss) {
  std::string bytes = Bytes(50);
  for (const uint64_t rows : {uint64_t{1} << 61, uint64_t{1} << 62, ~uint64_t{0}}) {
    std::memcpy(bytes.data() + 16, &rows, sizeof(rows));
    EXPECT_EQ(Load(bytes), absl::StatusCode::kDataLoss);
  }
}

// An exact index of so many rows makes its quick form of them in the background.
TEST_P(SavedIndexes, AnswersTheSameAtOnceAndLater) {
  std::mt19937 random(3);
  const Matrix queries = RandomUnitRows(3, kDim, random);
  const std::string bytes = Bytes(20'000);
  const auto index = LoadIndex(options(), kDim, bytes).value();
  const auto first = index->Search(queries, 7, nullptr).value();
  for (int i = 0; i < 50; ++i) {
    const auto found = index->Search(queries, 7, nullptr).value();
    for (size_t q = 0; q < found.size(); ++q) {
      for (size_t n = 0; n < found[q].size(); ++n) {
        ASSERT_EQ(found[q][n].row, first[q][n].row);
        ASSERT_EQ(found[q][n].score, first[q][n].score);
      }
    }
  }
}

TEST_P(SavedIndexes, GrowsAtOnceAfterLoading) {
  std::mt19937 random(4);
  const Matrix more = RandomUnitRows(100, kDim, random);
  const auto index = LoadIndex(options(), kDim, Bytes(5000)).value();
  ASSERT_TRUE(index->Add(more).ok());
  const auto found = index->Search(more.view().Slice(99, 1), 1, nullptr).value();
  EXPECT_EQ(found[0][0].row, 5099u);
}

TEST_P(SavedIndexes, RowsStayWithTheirOwnerUntilMoreCome) {
  std::mt19937 random(4);
  const Matrix more = RandomUnitRows(100, kDim, random);
  auto owner = std::make_shared<const std::string>(Bytes(5000));
  const std::weak_ptr<const std::string> alive = owner;
  const auto index = LoadIndex(options(), kDim, {*owner, owner}).value();
  owner = nullptr;
  ASSERT_FALSE(alive.expired());
  ASSERT_TRUE(index->Add(more).ok());
  EXPECT_TRUE(alive.expired());
  EXPECT_EQ(index->size(), 5100u);
  const auto found = index->Search(more.view().Slice(99, 1), 1, nullptr).value();
  EXPECT_EQ(found[0][0].row, 5099u);
}

// Bytes changed at random are an error, or an index that can be searched and grown all the same.
TEST_P(SavedIndexes, ChangedBytesNeverLeadAstray) {
  std::mt19937 random(2);
  const std::string bytes = Bytes(2100);  // more than an HNSW would scan
  const Matrix queries = RandomUnitRows(3, kDim, random);
  int loaded = 0;
  const int trials = kSanitized ? 60 : 300;
  for (int trial = 0; trial < trials; ++trial) {
    std::string changed = bytes;
    // At the front, where the counts are, or anywhere.
    const size_t range = trial % 2 == 0 ? bytes.size() : 64 + 2100 * kDim * 2;
    changed[random() % range] ^= static_cast<char>(1 + random() % 255);
    const auto index = LoadIndex(options(), kDim, changed);
    if (!index.ok()) continue;
    ++loaded;
    const auto found = (*index)->Search(queries, 5, nullptr);
    ASSERT_TRUE(found.ok());
    for (const auto& hits : *found) ASSERT_LE(hits.size(), 5);
    ASSERT_TRUE((*index)->Add(queries).ok());
  }
  EXPECT_GT(loaded, trials / 10);
}

// Where the graph begins: behind the header and the rows.
constexpr size_t kGraph = 64 + 2100 * kDim * 2;

TEST(SavedHnswIndex, ALinkToNoRowOrToALowerLevelIsDataLoss) {
  std::mt19937 random(1);
  const IndexOptions options = {.kind = IndexKind::kHnsw, .hnsw_links = 4};
  const auto index = NewIndex(options, kDim).value();
  ASSERT_TRUE(index->Add(RandomUnitRows(2100, kDim, random)).ok());
  const std::string bytes = index->Save().value();
  const auto changed = [&](size_t at, int32_t value) {
    std::string out = bytes;
    std::memcpy(out.data() + at, &value, sizeof(value));
    return LoadIndex(options, kDim, out).status().code();
  };
  const size_t first_link = kGraph + 12 + 2100 * 4 + 8;
  EXPECT_EQ(changed(first_link, 7), absl::StatusCode::kOk);
  EXPECT_EQ(changed(first_link, 2100), absl::StatusCode::kDataLoss);
  EXPECT_EQ(changed(kGraph, 0), absl::StatusCode::kDataLoss);          // links a row
  EXPECT_EQ(changed(kGraph + 4, 2100), absl::StatusCode::kDataLoss);   // entry
  EXPECT_EQ(changed(kGraph + 8, 99), absl::StatusCode::kDataLoss);     // top level
  EXPECT_EQ(changed(kGraph + 12, 1000), absl::StatusCode::kDataLoss);  // levels of row 0
}

}  // namespace
}  // namespace imago
