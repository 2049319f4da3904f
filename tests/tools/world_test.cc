// `imago world`, the program itself.

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/shell.h"

namespace imago {
namespace {

using Table = std::vector<std::vector<std::string>>;

// Runs the command; the table it wrote, without its header.
Table MakeScenes(const std::string& arguments) {
  const std::string dir = MakeTempDir();
  const Outcome outcome = RunShell(
      fmt::format("'{}' world '{}/world' --size 32 {}", IMAGO_PROGRAM, dir, arguments), dir);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  Table table;
  const std::vector<std::string> lines =
      absl::StrSplit(ReadTestFile(dir + "/world/scenes.tsv"), '\n', absl::SkipEmpty());
  for (size_t i = 1; i < lines.size(); ++i) table.push_back(absl::StrSplit(lines[i], '\t'));
  return table;
}

TEST(WorldCommand, WritesScenesBesideTheirCounterparts) {
  const Table table = MakeScenes("--scenes 6 --counterparts");
  ASSERT_EQ(table.size(), 6u);
  for (size_t i = 0; i < table.size(); i += 2) {
    EXPECT_EQ(table[i][2], table[i + 1][3]) << "the caption of one is wrong of the other";
    EXPECT_EQ(table[i][3], table[i + 1][2]);
  }
}

TEST(WorldCommand, CounterpartsOfEventsHaveTheirOwnRoles) {
  const Table table = MakeScenes("--events --scenes 4 --counterparts");
  ASSERT_EQ(table.size(), 4u);
  EXPECT_EQ(table[0][3], table[1][2]) << "another event by the same fillers";
  EXPECT_EQ(table[2][4], table[3][2]) << "the same event with its roles exchanged";
  EXPECT_EQ(table[2][1], table[3][1]);
  EXPECT_NE(table[2][5], table[3][5]);
}

TEST(WorldCommand, WithoutCounterpartsEverySceneIsAnother) {
  const Table table = MakeScenes("--scenes 2");
  ASSERT_EQ(table.size(), 2u);
  EXPECT_NE(table[0][2], table[1][3]);
}

}  // namespace
}  // namespace imago
