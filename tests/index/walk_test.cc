#include "index/walk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

class WalkTest : public testing::Test {
 protected:
  void Put(const std::string& name) { WriteTestFile(PathOf(name), name); }
  std::string PathOf(const std::string& name) const { return fmt::format("{}/{}", dir_, name); }
  WalkResult Run(const std::vector<std::string>& paths) {
    return Walk(paths, [](size_t) { return true; });
  }
  // The files' paths below the folder.
  std::string Names(const WalkResult& result) const {
    std::vector<std::string> names;
    for (const FoundFile& file : result.files) {
      names.push_back(fs::path(file.path).lexically_relative(dir_).string());
    }
    return fmt::format("{}", fmt::join(names, " "));
  }

  const std::string dir_ = MakeTempDir();
};

TEST_F(WalkTest, FindsFilesInOrderOfName) {
  for (const char* name : {"b.jpg", "a/z.png", "a/y/x.txt", "c.jpg"}) Put(name);
  const WalkResult result = Run({dir_});
  EXPECT_EQ(Names(result), "a/y/x.txt a/z.png b.jpg c.jpg");
  EXPECT_EQ(result.pictures, 3u);
  EXPECT_EQ(result.files[1].bytes, 7u);
  EXPECT_GT(result.files[1].modified_ms, 1'600'000'000'000);
}

TEST_F(WalkTest, PassesOverHiddenNamesUnlessTheyAreNamed) {
  for (const char* name : {".hidden/a.jpg", ".b.jpg", "c.jpg"}) Put(name);
  EXPECT_EQ(Names(Run({dir_})), "c.jpg");
  EXPECT_EQ(Names(Run({PathOf(".hidden"), PathOf(".b.jpg")})), ".hidden/a.jpg .b.jpg");
}

TEST_F(WalkTest, FollowsLinksToFilesButNotToFolders) {
  Put("a/one.jpg");
  fs::create_symlink(PathOf("a/one.jpg"), PathOf("link.jpg"));
  fs::create_directory_symlink(dir_, PathOf("a/loop"));
  EXPECT_EQ(Names(Run({dir_})), "a/one.jpg link.jpg");
  EXPECT_EQ(Names(Run({PathOf("a/loop")})).substr(0, 6), "a/loop");
}

TEST_F(WalkTest, GivesEachFileOnce) {
  Put("a/one.jpg");
  EXPECT_EQ(Names(Run({PathOf("a/one.jpg"), dir_, PathOf("a/"), PathOf("a/../a")})), "a/one.jpg");
}

TEST_F(WalkTest, NamesWhatCannotBeRead) {
  fs::create_symlink(PathOf("nothing"), PathOf("dangling.jpg"));
  fs::create_symlink(PathOf("nothing"), PathOf("dangling"));
  const WalkResult result = Run({dir_, PathOf("missing")});
  ASSERT_EQ(result.failures.size(), 2u);
  EXPECT_EQ(result.failures[0].path, PathOf("dangling.jpg"));
  EXPECT_EQ(result.failures[1].error, "No such file or directory");
}

TEST_F(WalkTest, NamesFoldersItMayNotRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  Put("closed/a.jpg");
  fs::permissions(PathOf("closed"), fs::perms::none);
  const WalkResult result = Run({dir_});
  fs::permissions(PathOf("closed"), fs::perms::owner_all);
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].error, "Permission denied");
}

TEST_F(WalkTest, LeavesSpecialFilesAlone) {
  Put("a.jpg");
  ASSERT_EQ(mkfifo((PathOf("pipe.jpg")).c_str(), 0600), 0);
  EXPECT_EQ(Names(Run({dir_})), "a.jpg");
  EXPECT_EQ(Run({PathOf("pipe.jpg")}).failures.size(), 1u);
}

TEST_F(WalkTest, EndsWhenTold) {
  for (const char* name : {"a/1.jpg", "b/2.jpg", "c/3.jpg"}) Put(name);
  const WalkResult result = Walk({dir_}, [](size_t pictures) { return pictures < 1; });
  EXPECT_EQ(Names(result), "a/1.jpg");
}

TEST(PictureExtension, IsKnownInAnyCase) {
  for (const char* name : {"a.jpg", "b/A.JPEG", "x.y.WebP", "photo.heic"}) {
    EXPECT_TRUE(HasPictureExtension(name)) << name;
  }
  for (const char* name : {"jpg", "a.txt", "a.jpg.xmp", ".jpg", "a."}) {
    EXPECT_FALSE(HasPictureExtension(name)) << name;
  }
}

}  // namespace
}  // namespace imago
