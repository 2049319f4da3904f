#include "embed/tsv.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<std::vector<TsvRow>> Read(const std::string& text) {
  const std::string path = MakeTempDir() + "/table.tsv";
  WriteTestFile(path, text);
  return ReadTsv(path, {"file", "label"});
}

TEST(Tsv, ReadsFieldsByColumn) {
  const auto rows = Read("file\tlabel\na.jpg\tcat\nb.jpg\t\n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].at("label"), "cat");
  EXPECT_EQ((*rows)[1].at("label"), "");
}

TEST(Tsv, NamesAMissingColumn) {
  const auto rows = Read("file\tname\na.jpg\tcat\n");
  EXPECT_THAT(rows.status().ToString(), HasSubstr("no column \"label\""));
}

TEST(Tsv, NamesTheLineWithTooFewFields) {
  const auto rows = Read("file\tlabel\na.jpg\tcat\nb.jpg\n");
  EXPECT_THAT(rows.status().ToString(), HasSubstr("table.tsv:3 has 1 fields, the header has 2"));
}

TEST(Tsv, AnEmptyFileHasNoColumns) {
  EXPECT_THAT(Read("").status().ToString(), HasSubstr("no column"));
}

}  // namespace
}  // namespace imago
