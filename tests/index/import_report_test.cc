#include "gtest/gtest.h"
#include "index/importer.h"

namespace imago {
namespace {

TEST(ImportReport, ComesBackFromItsJson) {
  ImportReport report;
  report.job = "imp-1";
  report.state = ImportState::kCompletedWithErrors;
  report.counts = {10, 6, 7, 2, 1};
  report.failed = {{"a/\"b\".jpg", "is empty"}};
  report.error = "disk full";
  report.seconds = 1.5;
  const auto back = ImportReportFromJson(ImportReportToJson(report));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ImportReportToJson(*back), ImportReportToJson(report));
  EXPECT_EQ(back->failed[0].path, "a/\"b\".jpg");
  EXPECT_EQ(back->counts.indexed, 7u);
}

TEST(ImportReport, WritesPathsThatAreNotUtf8) {
  ImportReport report;
  report.failed = {{"a\xff.jpg", "is empty"}};
  EXPECT_TRUE(ImportReportFromJson(ImportReportToJson(report)).ok());
}

TEST(ImportReport, RefusesOtherJson) {
  for (const char* json : {"", "[]", "{}", R"({"job":"a","state":"odd","counts":{}})",
                           R"({"job":1,"state":"queued"})"}) {
    EXPECT_EQ(ImportReportFromJson(json).status().code(), absl::StatusCode::kDataLoss) << json;
  }
}

TEST(ImportReport, NamesStatesAsTheApiDoes) {
  EXPECT_EQ(ImportStateName(ImportState::kQueued), "queued");
  EXPECT_EQ(ImportStateName(ImportState::kFinalizing), "finalizing");
  EXPECT_EQ(ImportStateName(ImportState::kCompletedWithErrors), "completed_with_errors");
  EXPECT_EQ(ImportStateName(ImportState::kCancelled), "cancelled");
  EXPECT_FALSE(HasEnded(ImportState::kFinalizing));
  EXPECT_TRUE(HasEnded(ImportState::kCompleted));
}

TEST(JobId, IsNewEachTimeAndSortsByTime) {
  const std::string first = NewJobId();
  EXPECT_EQ(first.size(), 28u);
  EXPECT_NE(NewJobId(), first);
  EXPECT_LE(first.substr(0, 16), NewJobId().substr(0, 16));
}

}  // namespace
}  // namespace imago
