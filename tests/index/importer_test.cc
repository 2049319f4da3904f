#include "index/importer.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <thread>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "storage/sha256.h"
#include "tests/support/data.h"
#include "tests/support/kernels.h"
#include "tests/support/pictures.h"
#include "tests/support/watched_encoder.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

// Counts the pictures that it is given.
class CountingEncoder : public WatchedEncoder {
 public:
  absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const override {
    if (broken) return absl::InternalError("the encoder is broken");
    pictures += batch.size();
    largest_batch = std::max(largest_batch.load(), batch.size());
    auto embeddings = HashEncode(batch);
    if (no_first_row) embeddings->rows.row(0)[0] = NAN;
    return embeddings;
  }

  mutable std::atomic<size_t> pictures{0};
  mutable std::atomic<size_t> largest_batch{0};
  std::atomic<bool> broken{false};
  std::atomic<bool> no_first_row{false};
};

class ImporterTest : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    collection_.reset();
    collection_ = Collection::Open(data_, encoder_.model(), encoder_.dim()).value();
  }
  std::string Put(const std::string& name, const std::string& bytes) {
    WriteTestFile(PathOf(name), bytes);
    return PathOf(name);
  }
  // So that a file of the same size is seen to have changed.
  void Age(const std::string& path) {
    fs::last_write_time(path, fs::last_write_time(path) - std::chrono::seconds(10));
  }
  ImportReport Run(ImportOptions options = {}) {
    if (options.paths.empty()) options.paths = {dir_};
    auto report = RunImport(*collection_, encoder_, NewJobId(), options, control_);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : ImportReport();
  }
  absl::StatusOr<Item> Find(const std::string& name) {
    return collection_->store().GetItem(PathOf(name));
  }
  std::string PathOf(const std::string& name) const { return fmt::format("{}/{}", dir_, name); }
  size_t LiveItems() const { return collection_->snapshot()->live_items; }

  const std::string dir_ = MakeTempDir();
  const std::string data_ = MakeTempDir();
  CountingEncoder encoder_;
  ImportControl control_;
  std::unique_ptr<Collection> collection_;
};

TEST_F(ImporterTest, IndexesAFolder) {
  Put("red.bmp", PlainBmp(kRed, 30, 20));
  Put("sub/blue.bmp", PlainBmp(kBlue));
  const ImportReport report = Run();
  EXPECT_EQ(report.state, ImportState::kCompleted);
  EXPECT_EQ(report.counts.discovered, 2u);
  EXPECT_EQ(report.counts.embedded, 2u);
  EXPECT_EQ(report.counts.indexed, 2u);
  const auto item = Find("red.bmp");
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->uri, PathOf("red.bmp"));
  EXPECT_EQ(item->width, 30);
  EXPECT_EQ(item->height, 20);
  EXPECT_EQ(item->sha256, Sha256(PlainBmp(kRed, 30, 20)));
  EXPECT_TRUE(collection_->store().GetBlob(kThumbnailBlob, item->id).ok());
  EXPECT_EQ(LiveItems(), 2u);
}

TEST_F(ImporterTest, EmbedsNothingTheSecondTime) {
  for (uint32_t i = 0; i < 10; ++i) Put(fmt::format("p{}.bmp", i), SeededBmp(i));
  Run();
  Reopen();
  const ImportReport again = Run();
  EXPECT_EQ(again.counts.skipped, 10u);
  EXPECT_EQ(again.counts.indexed, 0u);
  EXPECT_EQ(encoder_.pictures, 10u);
  EXPECT_EQ(LiveItems(), 10u);
}

TEST_F(ImporterTest, EmbedsEqualFilesOnce) {
  for (int i = 0; i < 20; ++i) Put(fmt::format("copy{}.bmp", i), PlainBmp(kRed));
  const ImportReport report = Run({.decode_threads = 4, .batch = 3});
  EXPECT_EQ(report.counts.embedded, 1u);
  EXPECT_EQ(report.counts.indexed, 20u);
  EXPECT_EQ(encoder_.pictures, 1u);
  EXPECT_EQ(LiveItems(), 20u);
  Put("late.bmp", PlainBmp(kRed));
  EXPECT_EQ(Run().counts.indexed, 1u);
  EXPECT_EQ(encoder_.pictures, 1u);
  EXPECT_EQ(Find("late.bmp")->width, 16);
}

TEST_F(ImporterTest, TakesANewTimeOfTheSameBytesWithoutEmbedding) {
  const std::string path = Put("a.bmp", PlainBmp(kRed));
  Run();
  Age(path);
  const ImportReport report = Run();
  EXPECT_EQ(report.counts.skipped, 1u);
  EXPECT_EQ(encoder_.pictures, 1u);
  const int64_t known = Find("a.bmp")->modified_ms;
  EXPECT_EQ(Run().counts.skipped, 1u);
  EXPECT_EQ(Find("a.bmp")->modified_ms, known);
  EXPECT_EQ(LiveItems(), 1u);
}

TEST_F(ImporterTest, EmbedsAChangedFileAnewAndKeepsItsMetadata) {
  const std::string path = Put("a.bmp", PlainBmp(kRed));
  Run();
  Item item = *Find("a.bmp");
  item.caption = "mine";
  item.metadata_json = R"({"a":1})";
  ASSERT_TRUE(collection_->UpdateItem(item).ok());
  Put("a.bmp", PlainBmp(kBlue));
  Age(path);
  EXPECT_EQ(Run().counts.embedded, 1u);
  EXPECT_EQ(Find("a.bmp")->sha256, Sha256(PlainBmp(kBlue)));
  EXPECT_EQ(Find("a.bmp")->caption, "mine");
  EXPECT_EQ(Find("a.bmp")->metadata_json, R"({"a":1})");
  EXPECT_EQ(LiveItems(), 1u);
}

TEST_F(ImporterTest, NamesBadFilesAndGoesOn) {
  Put("a_good.bmp", PlainBmp(kRed));
  Put("b_empty.jpg", "");
  Put("c_text.png", "this is no picture");
  Put("d_cut.bmp", PlainBmp(kGreen).substr(0, 300));
  Put("e_good.bmp", PlainBmp(kBlue));
  const ImportReport report = Run();
  EXPECT_EQ(report.state, ImportState::kCompletedWithErrors);
  EXPECT_EQ(report.counts.indexed, 2u);
  EXPECT_EQ(report.counts.failed, 3u);
  ASSERT_EQ(report.failed.size(), 3u);
  EXPECT_EQ(report.failed[0].path, PathOf("b_empty.jpg"));
  EXPECT_EQ(report.failed[0].error, "is empty");
  EXPECT_EQ(report.failed[1].path, PathOf("c_text.png"));
  EXPECT_EQ(report.failed[2].path, PathOf("d_cut.bmp"));
  EXPECT_FALSE(report.failed[2].error.empty());
}

TEST_F(ImporterTest, FailsEveryCopyOfABrokenFile) {
  for (int i = 0; i < 5; ++i) {
    Put(fmt::format("cut{}.bmp", i), PlainBmp(kRed).substr(0, 300));
  }
  EXPECT_EQ(Run({.decode_threads = 3}).counts.failed, 5u);
}

TEST_F(ImporterTest, IgnoresOtherFilesUnlessTheyAreNamed) {
  const std::string notes = Put("notes.txt", "not a picture");
  Put("empty.txt", "");
  Put("no_extension", PlainBmp(kRed));
  const ImportReport report = Run();
  EXPECT_EQ(report.state, ImportState::kCompleted);
  EXPECT_EQ(report.counts.discovered, 1u);
  EXPECT_EQ(report.counts.indexed, 1u);
  EXPECT_EQ(Run({.paths = {notes}}).counts.failed, 1u);
}

TEST_F(ImporterTest, CountsAddUp) {
  for (uint32_t i = 0; i < 30; ++i) Put(fmt::format("p{}.bmp", i), SeededBmp(i % 20));
  for (int i = 0; i < 7; ++i) Put(fmt::format("bad{}.jpg", i), "bad");
  for (int round = 0; round < 2; ++round) {
    const ImportCounts counts = Run({.decode_threads = 3, .batch = 4}).counts;
    EXPECT_EQ(counts.discovered, 37u);
    EXPECT_EQ(counts.indexed + counts.skipped + counts.failed, counts.discovered);
    EXPECT_EQ(counts.embedded, round == 0 ? 20u : 0u);
  }
}

TEST_F(ImporterTest, FillsBatches) {
  for (uint32_t i = 0; i < 10; ++i) Put(fmt::format("p{}.bmp", i), SeededBmp(i));
  Run({.batch = 4});
  EXPECT_EQ(encoder_.largest_batch, 4u);
}

TEST_F(ImporterTest, RetriesJustTheFilesNamed) {
  Put("a.bmp", PlainBmp(kRed));
  const std::string b = Put("b.bmp", PlainBmp(kBlue));
  EXPECT_EQ(Run({.only = {b}}).counts.indexed, 1u);
  EXPECT_FALSE(Find("a.bmp").ok());
}

TEST_F(ImporterTest, NamesAPathThatIsNotThere) {
  const ImportReport report = Run({.paths = {PathOf("missing")}});
  EXPECT_EQ(report.state, ImportState::kCompletedWithErrors);
  ASSERT_EQ(report.failed.size(), 1u);
  EXPECT_EQ(report.counts.discovered, 1u);
}

TEST_F(ImporterTest, PrunesWhatIsGone) {
  const std::string gone = Put("in/gone.bmp", SeededBmp(1));
  Put("in/here.bmp", SeededBmp(2));
  const std::string outside = Put("in2/gone.bmp", SeededBmp(3));
  Run();
  fs::remove(gone);
  fs::remove(outside);
  Run({.paths = {PathOf("in")}});
  EXPECT_EQ(LiveItems(), 3u);
  Run({.paths = {PathOf("in")}, .prune = true});
  EXPECT_EQ(LiveItems(), 2u);
  EXPECT_FALSE(Find("in/gone.bmp").ok());
  EXPECT_TRUE(Find("in2/gone.bmp").ok());
}

TEST_F(ImporterTest, PrunesNothingBelowAFolderThatIsGone) {
  Put("drive/a.bmp", PlainBmp(kRed));
  Run();
  fs::remove_all(PathOf("drive"));
  Run({.paths = {PathOf("drive")}, .prune = true});
  EXPECT_EQ(LiveItems(), 1u);
}

TEST_F(ImporterTest, KeepsTheJobsRecord) {
  Put("a.bmp", PlainBmp(kRed));
  Put("bad.jpg", "bad");
  const ImportReport report = Run();
  Reopen();
  const auto record = collection_->store().GetBlob(kJobBlob, report.job);
  ASSERT_TRUE(record.ok()) << record.status();
  const auto kept = ImportReportFromJson(*record);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->state, ImportState::kCompletedWithErrors);
  EXPECT_EQ(kept->counts.indexed, 1u);
  EXPECT_EQ(kept->failed.size(), 1u);
}

TEST_F(ImporterTest, FailsAsAWholeWhenTheEncoderDoes) {
  Put("a.bmp", PlainBmp(kRed));
  encoder_.broken = true;
  const auto report = RunImport(*collection_, encoder_, "job", {.paths = {dir_}}, control_);
  EXPECT_EQ(report.status().code(), absl::StatusCode::kInternal);
  const auto kept = ImportReportFromJson(*collection_->store().GetBlob(kJobBlob, "job"));
  EXPECT_EQ(kept->state, ImportState::kFailed);
  EXPECT_EQ(kept->error, "the encoder is broken");
}

TEST_F(ImporterTest, DecodesInProcessesOfTheirOwnWhenTold) {
  if (kSanitized) GTEST_SKIP() << "sanitizers need more address space than the child may have";
  for (int i = 0; i < 5; ++i) Put(fmt::format("p{}.bmp", i), SeededBmp(static_cast<uint32_t>(i)));
  Put("cut.bmp", PlainBmp(kRed).substr(0, 300));
  const ImportReport report = Run({.decode_threads = 2, .decode_worker = IMAGO_DECODE_WORKER});
  EXPECT_EQ(report.counts.indexed, 5u);
  EXPECT_EQ(report.counts.failed, 1u);
}

TEST_F(ImporterTest, FailsAsAWholeWhenTheDecoderCannotBeStarted) {
  Put("a.bmp", PlainBmp(kRed));
  const ImportOptions options = {.paths = {dir_}, .decode_worker = "/nothing/here"};
  const auto report = RunImport(*collection_, encoder_, "job", options, control_);
  EXPECT_EQ(report.status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ImporterTest, NamesAPictureThatTheModelMakesNoVectorOf) {
  for (int i = 0; i < 3; ++i) Put(fmt::format("p{}.bmp", i), SeededBmp(static_cast<uint32_t>(i)));
  encoder_.no_first_row = true;
  const ImportReport report = Run({.decode_threads = 1});
  EXPECT_EQ(report.counts.indexed, 2u);
  ASSERT_EQ(report.failed.size(), 1u);
  EXPECT_EQ(report.failed[0].path, PathOf("p0.bmp"));
}

TEST_F(ImporterTest, StopsWhenCancelledAndGoesOnLater) {
  for (uint32_t i = 0; i < 60; ++i) Put(fmt::format("p{}.bmp", i), SeededBmp(i));
  control_.on_progress = [&](const ImportReport& report) {
    if (report.state == ImportState::kRunning) control_.cancel = true;
  };
  EXPECT_EQ(Run({.batch = 2}).state, ImportState::kCancelled);
  EXPECT_LT(LiveItems(), 60u);
  control_.on_progress = nullptr;
  control_.cancel = false;
  EXPECT_EQ(Run().state, ImportState::kCompleted);
  EXPECT_EQ(LiveItems(), 60u);
  EXPECT_EQ(encoder_.pictures, 60u);
}

TEST_F(ImporterTest, WaitsWhilePaused) {
  Put("a.bmp", PlainBmp(kRed));
  std::atomic<bool> seen_paused{false};
  control_.pause = true;
  control_.on_progress = [&](const ImportReport& report) {
    seen_paused = seen_paused || report.state == ImportState::kPaused;
  };
  std::thread import([&] { EXPECT_EQ(Run().state, ImportState::kCompleted); });
  while (!seen_paused) std::this_thread::yield();
  EXPECT_EQ(LiveItems(), 0u);
  control_.pause = false;
  import.join();
  EXPECT_EQ(LiveItems(), 1u);
}

TEST_F(ImporterTest, ReportsStatesInOrder) {
  Put("a.bmp", PlainBmp(kRed));
  std::vector<ImportState> states;
  control_.on_progress = [&](const ImportReport& report) {
    if (states.empty() || states.back() != report.state) states.push_back(report.state);
  };
  Run();
  EXPECT_EQ(states, (std::vector<ImportState>{ImportState::kScanning, ImportState::kRunning,
                                              ImportState::kFinalizing, ImportState::kCompleted}));
}

}  // namespace
}  // namespace imago
