// Exact search by way of a device, and without it when it fails.

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "gmock/gmock.h"
#include "index/device_queue.h"
#include "index/vector_index.h"
#include "tests/support/host_device.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

using testing::HasSubstr;

// Keeps what is logged meanwhile.
class LogOfTest {
 public:
  LogOfTest() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", std::move(sink)));
  }
  ~LogOfTest() { spdlog::set_default_logger(before_); }
  std::string text() const { return text_.str(); }
  size_t Lines() const {
    const std::string all = text();
    return static_cast<size_t>(std::count(all.begin(), all.end(), '\n'));
  }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

class GpuIndexTest : public testing::Test {
 protected:
  IndexOptions On(size_t max_bytes = size_t{1} << 30, int threads = 1) {
    auto queue = std::make_shared<DeviceQueue>(std::make_unique<HostDevice>(state_), max_bytes);
    return {.kind = IndexKind::kGpu, .threads = threads, .device = std::move(queue)};
  }
  static std::unique_ptr<VectorIndex> Filled(const IndexOptions& options, MatrixView rows) {
    auto index = NewIndex(options, static_cast<int>(rows.cols())).value();
    EXPECT_TRUE(index->Add(rows).ok());
    return index;
  }
  static Matrix Rows(size_t rows, size_t dim, uint32_t seed = 1) {
    std::mt19937 random(seed);
    return ClusteredUnitRows(rows, dim, 20, random);
  }

  LogOfTest log_;
  HostDeviceState state_;
};

void ExpectAsOnTheCpu(const VectorIndex& index, MatrixView rows, MatrixView queries, size_t k,
                      const RowMask* keep = nullptr) {
  const HalfMatrix half = ToHalf(rows);
  const auto found = index.Search(queries, k, keep);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, TopK(queries, half, {.k = k, .keep = keep}));
}

TEST_F(GpuIndexTest, FindsWhatTheCpuFindsInAnyShape) {
  const IndexOptions options = On();
  std::mt19937 random(1);
  for (const size_t dim : {1, 7, 16, 33, 100}) {
    for (const size_t num_rows : {1, 8, 130, 700}) {
      const Matrix rows = Rows(num_rows, dim);
      const auto index = Filled(options, rows);
      for (const size_t nq : {1, 4, 5, 65}) {
        const RowMask keep = RandomMask(num_rows, 0.5, random);
        ExpectAsOnTheCpu(*index, rows, RandomMatrix(nq, dim, random), 10);
        ExpectAsOnTheCpu(*index, rows, RandomMatrix(nq, dim, random), 3, &keep);
      }
    }
  }
  EXPECT_GT(state_.scans, 100);
  EXPECT_EQ(log_.Lines(), 0) << log_.text();
}

TEST_F(GpuIndexTest, RowsAddedLaterAreFoundToo) {
  const Matrix rows = Rows(600, 20);
  const auto index = Filled(On(), rows.view().Slice(0, 300));
  ExpectAsOnTheCpu(*index, rows.view().Slice(0, 300), rows.view().Slice(0, 5), 4);
  const size_t bytes = state_.bytes;
  ASSERT_TRUE(index->Add(rows.view().Slice(300, 300)).ok());
  ExpectAsOnTheCpu(*index, rows, rows.view().Slice(298, 5), 4);
  EXPECT_LE(state_.bytes, 2 * bytes);  // the shorter copy is gone
}

TEST_F(GpuIndexTest, ScoresTooCloseForTheDeviceAreToldApart) {
  // All within the error of its sums: their order is what f16 and the kernels in use make of them.
  std::mt19937 random(1);
  Matrix rows(3000, 40);
  for (size_t i = 0; i < 3000 * 40; ++i) {
    rows.data()[i] = i % 40 == 0 ? static_cast<float>(random() % 3) * 1e-7f : 0.15f;
  }
  const Matrix queries = RandomUnitRows(6, 40, random);
  const auto index = Filled(On(), rows);
  ExpectAsOnTheCpu(*index, rows, queries, 5);
  EXPECT_GT(state_.scans, 1);
}

TEST_F(GpuIndexTest, EqualRowsComeInTheirOrder) {
  const Matrix rows(std::vector<float>(5000 * 4, 0.5f), 5000, 4);
  ExpectAsOnTheCpu(*Filled(On(), rows), rows, rows.view().Slice(0, 5), 7);
}

TEST_F(GpuIndexTest, ADeviceThatRoundsOtherwiseGivesTheSameAnswers) {
  const Matrix rows = Rows(2000, 64);
  const auto index = Filled(On(), rows);
  state_.noise = 2.f * 64 * 0x1p-24f * 0.9f;
  for (size_t first = 0; first < 2000; first += 64) {
    ExpectAsOnTheCpu(*index, rows, rows.view().Slice(first, std::min<size_t>(64, 2000 - first)), 5);
  }
}

TEST_F(GpuIndexTest, ADeviceThatErrsWouldBeNoticedHere) {
  const Matrix rows = Rows(2000, 64);
  const auto index = Filled(On(), rows);
  state_.noise = 0.5f;
  const auto found = index->Search(rows.view().Slice(0, 64), 10, nullptr).value();
  EXPECT_NE(found, TopK(rows.view().Slice(0, 64), ToHalf(rows), {.k = 10}));
}

TEST_F(GpuIndexTest, WithoutRoomItScansOnTheCpuAndSaysSoOnce) {
  const Matrix rows = Rows(500, 32);
  const auto index = Filled(On(), rows);
  state_.max_bytes = 1000;
  for (int i = 0; i < 3; ++i) ExpectAsOnTheCpu(*index, rows, rows.view().Slice(0, 5), 4);
  EXPECT_EQ(state_.scans, 0);
  EXPECT_EQ(log_.Lines(), 1) << log_.text();
  EXPECT_THAT(log_.text(), HasSubstr("no room"));
}

TEST_F(GpuIndexTest, WhatHadNoRoomGoesToTheDeviceOnceThereIs) {
  const Matrix rows = Rows(500, 32);
  const IndexOptions options = On(500 * 32 * 2 + 30000);
  auto first = Filled(options, rows);
  const auto second = Filled(options, rows);
  ExpectAsOnTheCpu(*first, rows, rows.view().Slice(0, 5), 4);
  ExpectAsOnTheCpu(*second, rows, rows.view().Slice(0, 5), 4);
  EXPECT_EQ(state_.scans, 1);
  first.reset();
  ExpectAsOnTheCpu(*second, rows, rows.view().Slice(0, 5), 4);
  EXPECT_EQ(state_.scans, 2);
  EXPECT_EQ(log_.Lines(), 1) << log_.text();
}

TEST_F(GpuIndexTest, NeverTakesMoreMemoryThanAllowed) {
  const size_t limit = 200000;
  const IndexOptions options = On(limit);
  std::vector<std::unique_ptr<VectorIndex>> indexes;
  const Matrix rows = Rows(700, 64);
  for (int i = 0; i < 4; ++i) {
    indexes.push_back(Filled(options, rows));
    for (const auto& index : indexes) ExpectAsOnTheCpu(*index, rows, rows.view().Slice(0, 64), 4);
  }
  EXPECT_GT(state_.scans, 0);
  EXPECT_LE(state_.most_bytes, limit);
}

// Wherever the device falls out, no request is lost, and it is not asked again.
TEST_F(GpuIndexTest, WithoutItsDeviceItScansOnTheCpuAndSaysSoOnce) {
  const Matrix rows = Rows(300, 20);
  for (int calls = 0; calls < 14; ++calls) {
    LogOfTest log;
    state_.calls_left = 1 << 30;
    auto index = Filled(On(), rows);
    state_.calls_left = calls;
    for (int i = 0; i < 3; ++i) ExpectAsOnTheCpu(*index, rows, rows.view().Slice(0, 5), 4);
    const int before = state_.calls;
    ExpectAsOnTheCpu(*index, rows, rows.view().Slice(5, 70), 4);
    index.reset();
    EXPECT_EQ(log.Lines(), 1) << log.text();
    EXPECT_THAT(log.text(), HasSubstr("fell off the bus"));
    EXPECT_EQ(state_.calls, before);
  }
}

TEST_F(GpuIndexTest, LeavesToTheCpuWhatIsBeyondItsLimits) {
  const Matrix rows = Rows(6000, 8);
  const auto index = Filled(On(), rows);
  ExpectAsOnTheCpu(*index, rows, rows.view().Slice(0, 1), 5000);
  Matrix queries(3, 8);
  ExpectAsOnTheCpu(*index, rows, queries, 3);  // of length 0
  queries.row(1)[0] = 1e-30f;
  ExpectAsOnTheCpu(*index, rows, queries, 3);
  queries.row(2)[0] = 1e30f;
  ExpectAsOnTheCpu(*index, rows, queries, 3);
  EXPECT_EQ(state_.calls, 0);
  ExpectAsOnTheCpu(*index, rows, rows.view().Slice(0, 1), 4096);
  EXPECT_GT(state_.calls, 0);
}

TEST_F(GpuIndexTest, ManyThreadsSearchAndEachGetsItsAnswer) {
  const Matrix rows = Rows(900, 24);
  const auto index = Filled(On(size_t{1} << 30, 2), rows);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 8; ++i) {
        ExpectAsOnTheCpu(*index, rows, rows.view().Slice(t * 100 + 5 * i, 1 + 3 * t), 4);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(log_.Lines(), 0) << log_.text();
}

TEST_F(GpuIndexTest, ItsBytesAreThoseOfAnExactIndex) {
  const Matrix rows = Rows(100, 8);
  const std::string bytes = Filled(On(), rows)->Save().value();
  EXPECT_EQ(bytes, Filled({}, rows)->Save().value());
  EXPECT_EQ(LoadIndex({}, 8, bytes).value()->size(), 100);
  const auto loaded = LoadIndex(On(), 8, bytes).value();
  ExpectAsOnTheCpu(*loaded, rows, rows.view().Slice(0, 5), 4);
  EXPECT_GT(state_.scans, 0);
}

TEST_F(GpuIndexTest, WithoutAGpuTheKindIsExact) {
  const Matrix rows = Rows(100, 8);
  ExpectAsOnTheCpu(*Filled({.kind = IndexKind::kGpu}, rows), rows, rows.view().Slice(0, 5), 4);
}

TEST_F(GpuIndexTest, OpeningSaysWhichGpuOrWhyNone) {
  const auto queue = OpenDeviceQueue(0);
  EXPECT_EQ(log_.Lines(), 1) << log_.text();
  EXPECT_THAT(log_.text(), HasSubstr(queue == nullptr ? "scans on the CPU: " : "GPU: "));
}

}  // namespace
}  // namespace imago
