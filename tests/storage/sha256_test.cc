#include "storage/sha256.h"

#include "gmock/gmock.h"
#include "tests/support/data.h"

namespace imago {
namespace {

TEST(Sha256, AgreesWithThePublishedExamples) {
  EXPECT_EQ(Sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const std::string path = MakeTempDir() + "/file";
  const std::string bytes(700001, 'x');
  WriteTestFile(path, bytes);
  EXPECT_EQ(Sha256File(path).value(), Sha256(bytes));
}

TEST(Sha256, NamesAFileItCannotRead) {
  const std::string folder = MakeTempDir();
  const absl::Status missing = Sha256File(folder + "/none").status();
  EXPECT_TRUE(absl::IsNotFound(missing));
  EXPECT_THAT(std::string(missing.message()), testing::HasSubstr(folder + "/none"));
  EXPECT_FALSE(Sha256File(folder).ok());
}

}  // namespace
}  // namespace imago
