#include "index/vector_index.h"

#include <limits>
#include <map>

#include "gmock/gmock.h"
#include "index/device_queue.h"
#include "kernels/kernels.h"
#include "tests/support/host_device.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Enough rows that HNSW walks its graph and IVF has its cells.
constexpr size_t kRows = 10500;
constexpr int kDim = 16;

// One thread owns the device that all tests of a kind use, as in the program.
struct DeviceUnderTest {
  std::shared_ptr<DeviceQueue> queue;
  std::string why_not;
};

DeviceUnderTest NoDevice() { return {}; }
DeviceUnderTest GpuOfThisMachine() {
  static const DeviceUnderTest gpu = [] {
    absl::StatusOr<FoundDevice> found = OpenDevice();
    if (!found.ok()) return DeviceUnderTest{nullptr, std::string(found.status().message())};
    return DeviceUnderTest{std::make_shared<DeviceQueue>(std::move(found->device), size_t{1} << 30),
                           ""};
  }();
  return gpu;
}
DeviceUnderTest GpuKernelsOnTheCpu() {
  static HostDeviceState state;
  static const auto queue =
      std::make_shared<DeviceQueue>(std::make_unique<HostDevice>(state), size_t{1} << 30);
  return {queue, ""};
}

struct IndexCase {
  const char* name;
  IndexKind kind;
  DeviceUnderTest (*device)();
};

class VectorIndexContract : public testing::TestWithParam<IndexCase> {
 protected:
  void SetUp() override {
    const DeviceUnderTest device = GetParam().device();
    if (GetParam().kind == IndexKind::kGpu && device.queue == nullptr) {
      GTEST_SKIP() << "no GPU: " << device.why_not;
    }
  }

  IndexOptions options() const {
    return {.kind = GetParam().kind,
            .hnsw_links = 12,
            .hnsw_ef_search = 64,
            .ivf_probes = 64,
            .device = GetParam().device().queue};
  }
  static bool exact() { return SavedKind(GetParam().kind) == IndexKind::kExact; }
  std::unique_ptr<VectorIndex> New(int dim = kDim) const {
    return NewIndex(options(), dim).value();
  }

  static const Matrix& Rows() {
    static const Matrix rows = [] {
      std::mt19937 random(1);
      return ToFloat(ToHalf(ClusteredUnitRows(kRows, kDim, 100, random)));
    }();
    return rows;
  }
  static const Matrix& Queries() {
    static const Matrix queries = [] {
      std::mt19937 random(2);
      return ClusteredUnitRows(40, kDim, 30, random);
    }();
    return queries;
  }
  // The index of Rows(), made once for each kind, in two parts.
  const VectorIndex& Filled() const {
    static std::map<std::string, std::unique_ptr<VectorIndex>> filled;
    std::unique_ptr<VectorIndex>& index = filled[GetParam().name];
    if (index == nullptr) {
      index = New();
      EXPECT_TRUE(index->Add(Rows().view().Slice(0, kRows - 400)).ok());
      EXPECT_TRUE(index->Add(Rows().view().Slice(kRows - 400, 400)).ok());
    }
    return *index;
  }

  // Kept rows only, none twice, true scores, best first, ties by row, k of them if k are kept.
  static void ExpectSound(const std::vector<std::vector<Neighbor>>& found, size_t k,
                          const RowMask* keep) {
    const size_t expected = std::min(k, keep == nullptr ? kRows : keep->Count());
    ASSERT_EQ(found.size(), Queries().rows());
    for (size_t q = 0; q < found.size(); ++q) {
      ASSERT_EQ(found[q].size(), expected);
      for (size_t i = 0; i < expected; ++i) {
        const Neighbor& hit = found[q][i];
        ASSERT_TRUE(keep == nullptr || keep->Get(hit.row));
        ASSERT_EQ(hit.score, ActiveKernels().dot_f32(Queries().row(q), Rows().row(hit.row), kDim));
        ASSERT_TRUE(i == 0 || Better(found[q][i - 1], hit));  // also: not the same row again
      }
    }
  }

  // Of the true neighbours, the share that was found.
  static double Recall(const std::vector<std::vector<Neighbor>>& found, size_t k,
                       const RowMask* keep) {
    const auto truth = TopK(Queries(), Rows(), {.k = k, .keep = keep});
    size_t hits = 0, all = 0;
    for (size_t q = 0; q < truth.size(); ++q) {
      for (const Neighbor& hit : truth[q]) {
        hits += std::count(found[q].begin(), found[q].end(), hit);
        ++all;
      }
    }
    return all == 0 ? 1 : static_cast<double>(hits) / static_cast<double>(all);
  }
};

INSTANTIATE_TEST_SUITE_P(AllKinds, VectorIndexContract,
                         testing::Values(IndexCase{"exact", IndexKind::kExact, NoDevice},
                                         IndexCase{"hnsw", IndexKind::kHnsw, NoDevice},
                                         IndexCase{"ivf", IndexKind::kIvf, NoDevice},
                                         IndexCase{"gpu", IndexKind::kGpu, GpuOfThisMachine},
                                         IndexCase{"gpu_kernels_on_the_cpu", IndexKind::kGpu,
                                                   GpuKernelsOnTheCpu}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(VectorIndexContract, AnEmptyIndexFindsNothing) {
  const auto index = New();
  EXPECT_EQ(index->size(), 0);
  EXPECT_EQ(index->dim(), kDim);
  EXPECT_THAT(index->Search(Queries(), 5, nullptr).value(), testing::Each(IsEmpty()));
  EXPECT_TRUE(index->Add(Matrix(0, kDim)).ok());
  EXPECT_EQ(index->size(), 0);
}

TEST_P(VectorIndexContract, FindsTheNearestRowsOfMany) {
  EXPECT_EQ(Filled().size(), kRows);
  const auto found = Filled().Search(Queries(), 10, nullptr).value();
  ExpectSound(found, 10, nullptr);
  EXPECT_GE(Recall(found, 10, nullptr), exact() ? 1 : 0.9);
}

TEST_P(VectorIndexContract, FindsEachRowByItself) {
  const auto found = Filled().Search(Rows().view().Slice(0, 200), 1, nullptr).value();
  size_t itself = 0;
  for (size_t q = 0; q < found.size(); ++q) itself += found[q].at(0).row == q;
  EXPECT_GE(itself, exact() ? 200 : 190);
}

TEST_P(VectorIndexContract, AFilterOfAnySizeLeavesKResults) {
  std::mt19937 random(3);
  for (const double share : {0.0, 0.0005, 0.01, 0.1, 0.2, 0.5, 0.95, 1.0}) {
    const RowMask keep = RandomMask(kRows, share, random);
    for (const size_t k : {1, 10, 60}) {
      const auto found = Filled().Search(Queries(), k, &keep).value();
      ExpectSound(found, k, &keep);
      EXPECT_GE(Recall(found, k, &keep), exact() ? 1 : 0.85) << share;
    }
  }
}

TEST_P(VectorIndexContract, AFilterThatLeavesOnlyFarRowsStillLeavesKResults) {
  // Each query alone, with the 6,000 rows nearest to it taken away.
  for (size_t q = 0; q < 5; ++q) {
    const MatrixView query = Queries().view().Slice(q, 1);
    RowMask keep(kRows, true);
    const auto nearest = TopK(query, Rows(), {.k = 6000});
    for (const Neighbor& near : nearest[0]) keep.Set(near.row, false);
    const auto found = Filled().Search(query, 10, &keep).value();
    ASSERT_EQ(found[0].size(), 10);
    for (const Neighbor& hit : found[0]) EXPECT_TRUE(keep.Get(hit.row));
  }
}

TEST_P(VectorIndexContract, ABatchEqualsItsQueriesOneByOne) {
  std::mt19937 random(4);
  const RowMask keep = RandomMask(kRows, 0.6, random);
  for (const RowMask* mask : {static_cast<const RowMask*>(nullptr), &keep}) {
    const auto batch = Filled().Search(Queries(), 7, mask).value();
    for (size_t q = 0; q < Queries().rows(); ++q) {
      EXPECT_THAT(Filled().Search(Queries().view().Slice(q, 1), 7, mask).value(),
                  ElementsAre(batch[q]));
    }
  }
}

TEST_P(VectorIndexContract, AsksForNothingOrForMoreThanThereIs) {
  EXPECT_THAT(Filled().Search(Queries(), 0, nullptr).value(), testing::Each(IsEmpty()));
  EXPECT_THAT(Filled().Search(Matrix(0, kDim), 3, nullptr).value(), IsEmpty());
  ExpectSound(Filled().Search(Queries(), kRows + 7, nullptr).value(), kRows + 7, nullptr);
}

TEST_P(VectorIndexContract, ComesBackFromItsBytes) {
  const std::string bytes = Filled().Save().value();
  const auto loaded = LoadIndex(options(), kDim, bytes).value();
  EXPECT_EQ(loaded->size(), kRows);
  EXPECT_EQ(loaded->Search(Queries(), 10, nullptr).value(),
            Filled().Search(Queries(), 10, nullptr).value());
  EXPECT_EQ(loaded->Save().value(), bytes);
  ASSERT_TRUE(loaded->Add(Queries()).ok());  // and grows on
  EXPECT_EQ(loaded->size(), kRows + Queries().rows());
  const auto found = loaded->Search(Queries(), 1, nullptr).value();
  for (size_t q = 0; q < found.size(); ++q) EXPECT_NEAR(found[q].at(0).score, 1, 2e-3);
}

TEST_P(VectorIndexContract, AnEmptyIndexComesBackFromItsBytes) {
  const auto loaded = LoadIndex(options(), kDim, New()->Save().value()).value();
  EXPECT_EQ(loaded->size(), 0);
  ASSERT_TRUE(loaded->Add(Queries()).ok());
  EXPECT_EQ(loaded->Search(Queries(), 3, nullptr).value().at(0).size(), 3);
}

TEST_P(VectorIndexContract, TheSameRowsGiveTheSameBytes) {
  const auto make = [&] {
    auto index = New();
    EXPECT_TRUE(index->Add(Rows().view().Slice(0, 3000)).ok());
    return index->Save().value();
  };
  EXPECT_EQ(make(), make());
}

TEST_P(VectorIndexContract, RefusesRowsOfAnotherDim) {
  const auto index = New();
  const absl::Status status = index->Add(Matrix(2, 17));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("dim is 17, the index has 16"));
  EXPECT_EQ(index->Search(Matrix(1, 15), 1, nullptr).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(index->size(), 0);
}

TEST_P(VectorIndexContract, RefusesRowsThatAreNotFinite) {
  const auto index = New();
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity(), 1e6f}) {
    Matrix rows(3, kDim);
    rows.row(2)[kDim - 1] = bad;
    const absl::Status status = index->Add(rows);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("row 2"));
    EXPECT_EQ(index->size(), 0);
  }
}

TEST_P(VectorIndexContract, RefusesQueriesThatAreNotFiniteAndShortMasks) {
  Matrix queries(2, kDim);
  queries.row(1)[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(std::string(Filled().Search(queries, 1, nullptr).status().message()),
              HasSubstr("query 1 holds nan"));
  const RowMask mask(kRows - 1, true);
  EXPECT_THAT(std::string(Filled().Search(Queries(), 1, &mask).status().message()),
              HasSubstr("the mask covers 10499 rows"));
}

TEST_P(VectorIndexContract, ALongerMaskCountsOnlyItsOwnRows) {
  RowMask mask(kRows + 500);
  for (size_t r = kRows - 3; r < mask.size(); ++r) mask.Set(r);
  EXPECT_EQ(Filled().Search(Queries(), 10, &mask).value().at(0).size(), 3);
}

TEST_P(VectorIndexContract, RefusesOptionsOutOfRange) {
  IndexOptions bad = options();
  bad.threads = 0;
  EXPECT_THAT(std::string(NewIndex(bad, kDim).status().message()), HasSubstr("threads is 0"));
  bad = options();
  bad.hnsw_links = 1;
  EXPECT_FALSE(NewIndex(bad, kDim).ok());
  EXPECT_THAT(std::string(NewIndex(options(), 0).status().message()), HasSubstr("dim is 0"));
}

TEST_P(VectorIndexContract, SeveralThreadsFindWhatOneFinds) {
#if defined(__SANITIZE_THREAD__)
  if (GetParam().kind == IndexKind::kHnsw)
    GTEST_SKIP() << "ThreadSanitizer does not see OpenMP's joins";
#endif
  IndexOptions two = options();
  two.threads = 2;
  const auto loaded = LoadIndex(two, kDim, Filled().Save().value()).value();
  EXPECT_EQ(loaded->Search(Queries(), 10, nullptr).value(),
            Filled().Search(Queries(), 10, nullptr).value());
}

TEST(IndexKind, NamesComeBack) {
  for (const IndexKind kind :
       {IndexKind::kExact, IndexKind::kHnsw, IndexKind::kIvf, IndexKind::kGpu}) {
    EXPECT_EQ(ParseIndexKind(IndexKindName(kind)).value(), kind);
  }
  EXPECT_THAT(std::string(ParseIndexKind("flat").status().message()), HasSubstr("'flat'"));
}

}  // namespace
}  // namespace imago
