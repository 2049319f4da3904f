#include "embed/corpus_check.h"

#include "embed/eval_sets.h"
#include "embed/train_manifest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

using testing::HasSubstr;

constexpr char kHead[] = "file\tsource\tlabel\tsplit\tuse\n";

class Corpus : public testing::Test {
 protected:
  Corpus() {
    for (uint32_t seed : {1, 2, 3}) Write(std::to_string(seed) + ".bmp", SeededImage(seed));
    Write("2 again.bmp", SeededImage(2, 20));
    Write("3 again.bmp", SeededImage(3, 24));
  }

  void Write(const std::string& file, const Image& image) const {
    WriteTestFile(dir_ + "/" + file, BmpFile(image));
  }

  std::string Manifest(const std::string& name, const std::string& rows) const {
    WriteTestFile(dir_ + "/" + name, kHead + rows);
    return dir_ + "/" + name;
  }

  const std::string dir_ = MakeTempDir();
};

TEST_F(Corpus, ComparesWhatTrainsWithWhatIsHeldOutOfAnyManifest) {
  const std::string one = Manifest("one.tsv",
                                   "1.bmp\ts\ta\ttrain\ttrain\n"
                                   "2.bmp\ts\tb\ttrain\ttrain\n"
                                   "3.bmp\ts\tc\ttrain\ttrain\n"
                                   "2 again.bmp\ts\td\tnovel\ttrain\n");
  const std::string two = Manifest("two.tsv",
                                   "1.bmp\ts\ta\ttrain\ttrain\n"
                                   "3 again.bmp\tm\te\ttrain\tmeasure\n");
  const auto report = CheckCorpus({.manifests = {one, two}});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->to_train_on, 4u);
  EXPECT_EQ(report->held_out, 2u);
  ASSERT_EQ(report->duplicates.size(), 2u);
  EXPECT_EQ(report->duplicates[0].manifest, one);
  EXPECT_EQ(report->duplicates[0].file, "2.bmp");
  EXPECT_EQ(report->duplicates[0].label, "b");
  EXPECT_EQ(report->duplicates[0].held, dir_ + "/2 again.bmp");
  EXPECT_EQ(report->duplicates[0].held_label, "d");
  EXPECT_EQ(report->duplicates[1].file, "3.bmp");
  EXPECT_EQ(report->duplicates[1].held, dir_ + "/3 again.bmp");
}

TEST_F(Corpus, HoldsOutThePicturesOfTheRoot) {
  const std::string manifest = Manifest("one.tsv",
                                        "1.bmp\ts\ta\ttrain\ttrain\n"
                                        "2.bmp\ts\tb\ttrain\ttrain\n");
  Write("root/captioned-photos/images/x.bmp", SeededImage(1, 40));
  WriteTestFile(dir_ + "/root/captioned-photos/captions.tsv", "file\tcaption\nx.bmp\tx\n");
  Write("root/grocery-photos/y.bmp", SeededImage(2, 32));
  WriteTestFile(dir_ + "/root/grocery-photos/labels.tsv",
                "file\tsplit\tfine\tcoarse\ny.bmp\ttrain\tpear\tfruit\n");
  const auto report = CheckCorpus({.manifests = {manifest}, .root = dir_ + "/root"});
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->duplicates.size(), 2u);
  EXPECT_THAT(report->duplicates[0].held, HasSubstr("captioned-photos/images/x.bmp"));
  EXPECT_EQ(report->duplicates[1].held_label, "pear");
  EXPECT_TRUE(
      absl::IsNotFound(CheckCorpus({.manifests = {manifest}, .root = dir_ + "/nowhere"}).status()));
}

TEST_F(Corpus, NoTrainingTakesAMarkedPicture) {
  const std::string manifest = Manifest("one.tsv",
                                        "1.bmp\ts\ta\ttrain\ttrain\n"
                                        "2.bmp\ts\tb\ttrain\ttrain\n"
                                        "2 again.bmp\ts\tb\ttest\ttrain\n");
  const auto report = CheckCorpus({.manifests = {manifest}});
  ASSERT_TRUE(report.ok()) << report.status();
  const auto marked = MarkDuplicates(report->duplicates);
  ASSERT_TRUE(marked.ok()) << marked;
  EXPECT_EQ(ReadTestFile(manifest), std::string(kHead) +
                                        "1.bmp\ts\ta\ttrain\ttrain\n"
                                        "2.bmp\ts\tb\ttrain\tduplicate\n"
                                        "2 again.bmp\ts\tb\ttest\ttrain\n");
  const auto photos = ReadManifest(manifest, {"train", "train"});
  ASSERT_TRUE(photos.ok()) << photos.status();
  ASSERT_EQ(photos->size(), 1u);
  EXPECT_EQ(photos->front().file, "1.bmp");
  const auto held = ReadHeldOut(manifest);
  ASSERT_TRUE(held.ok()) << held.status();
  ASSERT_EQ(held->size(), 1u);
  EXPECT_EQ(held->front().size(), 1u);
  const auto again = CheckCorpus({.manifests = {manifest}});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->duplicates.empty());
  EXPECT_EQ(again->to_train_on, 1u);
}

TEST_F(Corpus, NamesAPictureThatIsMissing) {
  const auto report =
      CheckCorpus({.manifests = {Manifest("one.tsv", "gone.bmp\ts\ta\ttrain\ttrain\n")}});
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("gone.bmp"));
}

}  // namespace
}  // namespace imago
