#include "embed/train_manifest.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kHead[] = "file\tsource\tlabel\tcaption\tsplit\tuse\tlicence\n";

std::string Manifest(const std::string& rows) {
  const std::string path = MakeTempDir() + "/photos.tsv";
  WriteTestFile(path, kHead + rows);
  return path;
}

TEST(ReadManifest, ReturnsNoRowOfAnotherSplitOrUse) {
  const std::string path = Manifest(
      "a.jpg\ts\tcat\t\ttrain\ttrain\tCC0\n"
      "b.jpg\ts\tcat\t\ttrain\tmeasure\tnone\n"
      "c.jpg\ts\tcat\t\ttest\ttrain\tCC0\n"
      "d.jpg\ts\tcat\t\tnovel\ttrain\tCC0\n"
      "e/f.jpg\tt\tdog\ta dog\ttrain\ttrain\tMIT\n");
  const auto train = ReadManifest(path, {"train", "train"});
  ASSERT_TRUE(train.ok()) << train.status();
  EXPECT_THAT(*train, ElementsAre(LabelledPhoto{"a.jpg", "s", "cat"},
                                  LabelledPhoto{"e/f.jpg", "t", "dog"}));
  const auto test = ReadManifest(path, {"test", "train"});
  ASSERT_TRUE(test.ok());
  EXPECT_THAT(*test, ElementsAre(LabelledPhoto{"c.jpg", "s", "cat"}));
}

TEST(ReadManifest, RefusesFilesOutsideOfTheFolder) {
  for (const char* file : {"../a.jpg", "/etc/a.jpg", "b/../../a.jpg", ""}) {
    const auto photos =
        ReadManifest(Manifest(std::string(file) + "\ts\tcat\t\ttrain\ttrain\tCC0\n"), {});
    EXPECT_THAT(std::string(photos.status().message()), HasSubstr("not below")) << file;
  }
}

TEST(ReadManifest, NamesWhatItLacks) {
  const std::string path = MakeTempDir() + "/photos.tsv";
  WriteTestFile(path, "file\tsource\tlabel\tsplit\n");
  EXPECT_THAT(std::string(ReadManifest(path, {}).status().message()), HasSubstr("use"));
}

TEST(ReadManifest, HoldsTheSharedPhotosThatMayTrain) {
  IMAGO_NEED_SHARED_DATA("labelled-photos");
  const auto photos = ReadManifest(SharedData("labelled-photos/photos.tsv"), {});
  ASSERT_TRUE(photos.ok()) << photos.status();
  EXPECT_EQ(photos->size(), 5902u);
}

TEST(DistinctLabels, AreInOrder) {
  EXPECT_THAT(DistinctLabels({{"1", "s", "b"}, {"2", "s", "a"}, {"3", "s", "b"}}),
              ElementsAre("a", "b"));
}

}  // namespace
}  // namespace imago
