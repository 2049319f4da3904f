// `imago corpus check`, the program itself, and tools/corpus.

#include <nlohmann/json.hpp>
#include <string>

#include "embed/decode_image.h"
#include "embed/eval_sets.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"
#include "tests/support/shell.h"

namespace imago {
namespace {

using testing::HasSubstr;

class CorpusCommand : public testing::Test {
 protected:
  CorpusCommand() {
    WriteTestFile(home_ + "/set/a.bmp", BmpFile(SeededImage(1)));
    WriteTestFile(home_ + "/set/b.bmp", BmpFile(SeededImage(2)));
    WriteTestFile(home_ + "/set/c.bmp", BmpFile(SeededImage(2)));
    WriteTestFile(manifest_,
                  "file\tsource\tlabel\tsplit\tuse\n"
                  "a.bmp\ts\tant\ttrain\ttrain\n"
                  "b.bmp\ts\tbee\ttrain\ttrain\n"
                  "c.bmp\ts\tcow\ttest\ttrain\n");
  }

  int Run(const std::string& command) const { return RunShell(command, home_).code; }
  int Check(const std::string& arguments) const {
    return Run(fmt::format("'{}' corpus check {}", IMAGO_PROGRAM, arguments));
  }
  std::string Out() const { return ReadTestFile(home_ + "/out"); }
  std::string Err() const { return ReadTestFile(home_ + "/err"); }

  const std::string home_ = MakeTempDir();
  const std::string manifest_ = home_ + "/set/set.tsv";
};

TEST_F(CorpusCommand, ListsPicturesThatLookLikeHeldOutOnes) {
  ASSERT_EQ(Check("'" + manifest_ + "'"), 0) << Err();
  EXPECT_EQ(Out(), fmt::format("manifest\tfile\tlabel\theld out\tits label\tbits\tdifference\n"
                               "{}\tb.bmp\tbee\t{}/set/c.bmp\tcow\t0\t0.00\n",
                               manifest_, home_));
  EXPECT_THAT(Err(), HasSubstr("1 of 2 pictures to train on look like one of 1 held-out ones"));
}

TEST_F(CorpusCommand, MarksThemAndSaysTheSameAsJson) {
  ASSERT_EQ(Check("--json --mark '" + manifest_ + "'"), 0) << Err();
  const auto json = nlohmann::json::parse(Out(), nullptr, false);
  ASSERT_EQ(json["duplicates"].size(), 1u) << Out();
  EXPECT_EQ(json["duplicates"][0]["file"], "b.bmp");
  EXPECT_EQ(json["duplicates"][0]["held_out_label"], "cow");
  EXPECT_EQ(json["held_out"], 1);
  EXPECT_THAT(ReadTestFile(manifest_), HasSubstr("b.bmp\ts\tbee\ttrain\tduplicate\n"));
  ASSERT_EQ(Check("--json '" + manifest_ + "'"), 0);
  EXPECT_EQ(nlohmann::json::parse(Out())["duplicates"].size(), 0u);
}

TEST_F(CorpusCommand, RefusesWrongUse) {
  EXPECT_EQ(Check(""), 2);
  EXPECT_EQ(Check("--bits 129 '" + manifest_ + "'"), 2);
  EXPECT_NE(Check("'" + home_ + "/none.tsv'"), 0);
  EXPECT_THAT(Err(), HasSubstr("none.tsv"));
}

TEST_F(CorpusCommand, WritesDigitsAsTheyAre) {
  const std::string script = fmt::format(
      "import sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1]); import digits; "
      "digits.write_set(sys.argv[2], [list(range(17)) + [0] * 46 + [16, 3], [8] * 64 + [0]])");
  ASSERT_EQ(Run(fmt::format("python3 -c '{}' '{}' '{}/digits'", script, SourcePath("tools/corpus"),
                            home_)),
            0)
      << Err();
  const auto sets = ReadHeldOut(home_ + "/digits/digits.tsv");
  ASSERT_TRUE(sets.ok()) << sets.status();
  ASSERT_EQ(sets->size(), 1u);
  const LabelledSet& set = sets->front();
  EXPECT_EQ(set.name, "digits handwritten");
  EXPECT_EQ(ContextOf(set.name), "digit");
  EXPECT_EQ(set.labels, (std::vector<std::string>{"three", "zero"}));
  EXPECT_EQ(set.Held().size(), 2u);
  const auto first = DecodeImageFile(set.paths[0]);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->image.width, 8);
  EXPECT_EQ(first->image.height, 8);
  EXPECT_EQ(first->image.rgb[0], 0);
  EXPECT_EQ(first->image.rgb[8 * 3], 127);
  EXPECT_EQ(first->image.rgb[16 * 3], 255);
  EXPECT_EQ(first->image.rgb[63 * 3], 255);
}

TEST_F(CorpusCommand, TakesNoOtherTableThanThatOfTheDigits) {
  EXPECT_NE(
      Run(fmt::format(
          "cd '{}' && mkdir -p sklearn/datasets/data && : >sklearn/datasets/data/digits.csv.gz "
          "&& python3 -m zipfile -c scikit_learn-1.7.2-x.whl sklearn && "
          "'{}' out --wheels .",
          home_, SourcePath("tools/corpus/digits.py"))),
      0);
  EXPECT_THAT(Err(), HasSubstr("has the checksum e3b0c44298fc"));
}

}  // namespace
}  // namespace imago
