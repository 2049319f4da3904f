#include "storage/durable_file.h"

#include <filesystem>

#include "gmock/gmock.h"
#include "tests/support/data.h"

namespace imago {
namespace {

TEST(DurableFile, WritesAndReplaces) {
  const std::string path = MakeTempDir() + "/file";
  ASSERT_TRUE(WriteFileDurably(path, "one").ok());
  ASSERT_TRUE(WriteFileDurably(path, std::string(600000, 'x')).ok());
  EXPECT_EQ(ReadWholeFile(path).value(), std::string(600000, 'x'));
  EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
}

TEST(DurableFile, NamesAFolderThatIsNotThere) {
  const absl::Status status = WriteFileDurably(MakeTempDir() + "/none/file", "x");
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("/none/file"));
}

TEST(DurableFile, LeavesNothingBesideAFolderOfTheSameName) {
  const std::string folder = MakeTempDir();
  std::filesystem::create_directories(folder + "/taken/inside");
  EXPECT_FALSE(WriteFileDurably(folder + "/taken", "bytes").ok());
  EXPECT_FALSE(std::filesystem::exists(folder + "/taken.tmp"));
  EXPECT_TRUE(std::filesystem::exists(folder + "/taken/inside"));
}

TEST(DurableFile, SaysThatAFileIsMissing) {
  EXPECT_TRUE(absl::IsNotFound(ReadWholeFile(MakeTempDir() + "/none").status()));
}

TEST(DurableFile, MakesFoldersWithTheirParents) {
  const std::string path = MakeTempDir() + "/a/b/c";
  ASSERT_TRUE(MakeFolders(path).ok());
  EXPECT_TRUE(std::filesystem::is_directory(path));
  EXPECT_TRUE(MakeFolders(path).ok());
}

TEST(DurableFile, RefusesAFolderBelowAFile) {
  const std::string file = MakeTempDir() + "/file";
  WriteTestFile(file, "x");
  EXPECT_FALSE(MakeFolders(file + "/folder").ok());
  EXPECT_FALSE(MakeFolders(file).ok());
}

}  // namespace
}  // namespace imago
