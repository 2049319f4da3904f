#include "storage/mapped_file.h"

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "tests/support/data.h"

namespace imago {
namespace {

TEST(MappedFile, HasTheBytesOfTheFileAfterItIsReplacedAndMoved) {
  const std::string path = MakeTempDir() + "/file";
  const std::string bytes(700001, 'x');
  WriteTestFile(path, bytes);
  MappedFile first = MappedFile::Open(path).value();
  std::filesystem::remove(path);
  const MappedFile second = std::move(first);
  EXPECT_EQ(second.bytes(), bytes);
  EXPECT_EQ(first.bytes(), "");  // NOLINT: what is left of a moved one is as good as none
}

TEST(MappedFile, OfAnEmptyFileIsEmpty) {
  const std::string path = MakeTempDir() + "/empty";
  WriteTestFile(path, "");
  EXPECT_EQ(MappedFile::Open(path).value().bytes(), "");
}

TEST(MappedFile, NamesWhatItCannotOpen) {
  const std::string folder = MakeTempDir();
  const absl::Status missing = MappedFile::Open(folder + "/none").status();
  EXPECT_TRUE(absl::IsNotFound(missing));
  EXPECT_THAT(std::string(missing.message()), testing::HasSubstr(folder + "/none"));
  EXPECT_TRUE(absl::IsInvalidArgument(MappedFile::Open(folder).status()));
}

}  // namespace
}  // namespace imago
