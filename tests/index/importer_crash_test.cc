// Imports that are killed with -9 at any moment and started again.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "index/importer.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

constexpr uint32_t kPictures = 150;
constexpr uint32_t kContents = 120;  // the others are copies

// The import itself, as one process after the other runs it: this program again, with just this
// "test". A forked child alone will not do, for it lacks the store's threads of its parent.
constexpr char kDirs[] = "IMAGO_CRASH_TEST_DIRS";
constexpr int kStartedPipe = 3;  // where it tells that it has come up

absl::StatusOr<ImportReport> Import(const std::string& dir, const std::string& data) {
  const auto encoder = NewHashEncoder();
  auto collection = Collection::Open(data, encoder->model(), encoder->dim());
  if (!collection.ok()) return collection.status();
  ImportControl control;
  return RunImport(**collection, *encoder, "job", {.paths = {dir}, .decode_threads = 2, .batch = 4},
                   control);
}

TEST(ImporterCrashChild, DISABLED_Imports) {
  const char* dirs = std::getenv(kDirs);
  ASSERT_NE(dirs, nullptr);
  const std::string both = dirs;
  const size_t colon = both.find(':');
  ASSERT_TRUE(write(kStartedPipe, "go", 2) == 2);
  EXPECT_TRUE(Import(both.substr(0, colon), both.substr(colon + 1)).ok());
}

class ImporterCrash : public testing::Test {
 protected:
  void SetUp() override {
    for (uint32_t i = 0; i < kPictures; ++i) {
      WriteTestFile(fmt::format("{}/{:03}.bmp", dir_, i), SeededBmp(i % kContents));
    }
    WriteTestFile(fmt::format("{}/bad.jpg", dir_), "bad");
  }

  [[noreturn]] void BecomeChild(int pipe_end) const {
    dup2(pipe_end, kStartedPipe);
    setenv(kDirs, fmt::format("{}:{}", dir_, data_).c_str(), 1);
    execl("/proc/self/exe", "child", "--gtest_filter=ImporterCrashChild.*",
          "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
    _exit(127);
  }

  // True when it came to its end before it was killed.
  bool ImportUntilKilled(std::chrono::microseconds after) const {
    int ends[2];
    if (pipe(ends) != 0) return false;
    const pid_t child = fork();
    if (child == 0) BecomeChild(ends[1]);
    close(ends[1]);
    char started[2];
    EXPECT_EQ(read(ends[0], started, sizeof started), 2);
    std::this_thread::sleep_for(after);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    close(ends[0]);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  std::set<std::string> Items() const {
    const auto encoder = NewHashEncoder();
    const auto collection = Collection::Open(data_, encoder->model(), encoder->dim()).value();
    std::set<std::string> ids;
    size_t rows = 0;
    for (const SegmentView& view : collection->snapshot()->segments) {
      rows += view.live->Count();
      for (size_t i = 0; i < view.segment->items.size(); ++i) {
        if (!view.live_items->Get(i)) continue;
        EXPECT_TRUE(ids.insert(view.segment->items[i]->item.id).second) << "doubled";
      }
    }
    EXPECT_EQ(rows, ids.size());
    return ids;
  }

  void ExpectSound() const {
    const auto findings = VerifyCollection(data_);
    if (absl::IsNotFound(findings.status())) return;  // killed before there was anything
    ASSERT_TRUE(findings.ok()) << findings.status();
    for (const Finding& finding : *findings) ADD_FAILURE() << finding.what;
  }

  const std::string dir_ = MakeTempDir();
  const std::string data_ = MakeTempDir();
};

TEST_F(ImporterCrash, LosesAndDoublesNothing) {
  std::mt19937 random(3);
  size_t known = 0;
  int killed = 0;
  for (int round = 0; round < 12; ++round) {
    killed += !ImportUntilKilled(std::chrono::microseconds(random() % 60'000));
    ExpectSound();
    const size_t now = Items().size();
    EXPECT_GE(now, known) << "lost";
    known = now;
  }
  EXPECT_GT(killed, 0);
  const auto report = Import(dir_, data_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->counts.skipped, known);
  EXPECT_EQ(report->counts.indexed + known, kPictures);
  EXPECT_EQ(report->counts.failed, 1u);
  EXPECT_EQ(Items().size(), kPictures);
  ExpectSound();
}

}  // namespace
}  // namespace imago
