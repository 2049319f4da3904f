#include "embed/pair_examples.h"

#include <set>

#include "embed/sentencepiece_train.h"
#include "embed/tokenizer.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Six red, two blue and one green picture to train on, three held out.
std::string ColourManifest() {
  const std::string dir = MakeTempDir();
  std::string table = "file\tsource\tlabel\tsplit\tuse\n";
  const auto add = [&](const std::string& label, const Colour& colour, int number,
                       const char* split) {
    const std::string file = fmt::format("{}{}.bmp", label, number);
    WriteTestFile(dir + "/" + file, PlainBmp(colour, 24, 20));
    table += fmt::format("{}\tmade\t{}\t{}\ttrain\n", file, label, split);
  };
  for (int i = 0; i < 6; ++i) add("red", kRed, i, "train");
  for (int i = 0; i < 2; ++i) add("blue", kBlue, i, "train");
  add("green", kGreen, 0, "train");
  add("red", kRed, 10, "test");
  add("blue", kBlue, 10, "test");
  add("blue", kBlue, 11, "test");
  WriteTestFile(dir + "/photos.tsv", table);
  return dir + "/photos.tsv";
}

TrainPairOptions Options(const std::string& manifest) {
  TrainPairOptions options;
  options.model.preprocess.size = 16;
  options.cache_size = 20;
  options.data = {{manifest}};
  options.threads = 2;
  return options;
}

PairExamples Load(const TrainPairOptions& options) {
  TrainControl control;
  auto examples = PairExamples::Load(options, control);
  EXPECT_TRUE(examples.ok()) << examples.status();
  return *std::move(examples);
}

TEST(PairExamples, AreTheSameForTheSameStepAndIndex) {
  const PairExamples examples = Load(Options(ColourManifest()));
  const auto one = examples.Draw(3, 5);
  const auto same = examples.Draw(3, 5);
  EXPECT_EQ(one->view, same->view);
  EXPECT_EQ(one->text, same->text);
  EXPECT_EQ(one->view.width, 16);
  std::set<std::string> texts;
  for (int64_t i = 0; i < 20; ++i) texts.insert(examples.Draw(3, i)->text);
  EXPECT_GT(texts.size(), 3u);
}

TEST(PairExamples, SayOfEachPictureWhatItIs) {
  const PairExamples examples = Load(Options(ColourManifest()));
  EXPECT_EQ(examples.pictures(), 9);
  EXPECT_THAT(examples.labels(), ElementsAre("blue", "green", "red"));
  EXPECT_THAT(examples.sources(), ElementsAre("made"));
  int reds = 0;
  for (int64_t i = 0; i < 300; ++i) {
    const auto example = examples.Draw(0, i);
    const bool red = example->text.find("red") != std::string::npos;
    EXPECT_EQ(example->key == PairKey("Red"), red);
    EXPECT_TRUE(example->wrong.empty());
    reds += red ? 1 : 0;
  }
  // 6^1/2 of 6^1/2 + 2^1/2 + 1.
  EXPECT_NEAR(reds, 300 * 0.504, 35);
}

TEST(PairExamples, SpreadScenesEvenlyAndGiveThemWrongCaptions) {
  TrainPairOptions options = Options(ColourManifest());
  options.scenes_share = 0.25;
  const PairExamples examples = Load(options);
  for (int64_t begin = 0; begin < 32; begin += 4) {
    int scenes = 0;
    for (int64_t i = begin; i < begin + 4; ++i) {
      const auto example = examples.Draw(1, i);
      if (example->wrong.empty()) continue;
      ++scenes;
      EXPECT_NE(example->text, example->wrong);
      EXPECT_NE(example->key, example->wrong_key);
    }
    EXPECT_EQ(scenes, 1) << begin;
  }
}

TEST(PairExamples, NameAManifestWithoutPictures) {
  const std::string path = MakeTempDir() + "/photos.tsv";
  WriteTestFile(path, "file\tsource\tlabel\tsplit\tuse\na.jpg\ts\tl\ttest\ttrain\n");
  TrainControl control;
  const auto status = PairExamples::Load(Options(path), control).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  EXPECT_FALSE(PairExamples::Load(Options(""), control).ok());
}

TEST(PairExamples, StopWhenTold) {
  TrainControl control;
  control.stop = true;
  const auto status = PairExamples::Load(Options(ColourManifest()), control).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
}

TEST(LoadHeldOut, TakesOnlyTestPicturesEvenlySpread) {
  TrainPairOptions options = Options(ColourManifest());
  TrainControl control;
  const auto all = LoadHeldOut(options, control);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_THAT(all->texts, ElementsAre("a photo of a blue.", "a photo of a red."));
  EXPECT_THAT(all->labels, ElementsAre(1, 0, 0));
  EXPECT_EQ(all->pictures.size(), 3u);
  options.held_out_pictures = 2;
  EXPECT_THAT(LoadHeldOut(options, control)->labels, ElementsAre(1, 0));
}

TEST(TrainSentencePieces, GivesATokenizerAndTheSameOneAgain) {
  const PairExamples examples = Load(Options(ColourManifest()));
  std::string error;
  const std::string model = TrainSentencePieces(examples.Texts(), 100, error);
  ASSERT_FALSE(model.empty()) << error;
  EXPECT_EQ(model, TrainSentencePieces(examples.Texts(), 100, error));
  const auto tokenizer = NewSentencePieceTokenizer(model);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_LE((*tokenizer)->vocab_size(), 100);
  EXPECT_EQ((*tokenizer)->pad_id(), 0);
  const auto ids = (*tokenizer)->Encode("A photo of a RED.", 16);
  EXPECT_EQ(ids, (*tokenizer)->Encode("a photo of a red.", 16));
  EXPECT_EQ(ids.front(), 2);
  EXPECT_EQ(ids.back(), 3);
}

TEST(TrainSentencePieces, SaysWhyItCannot) {
  std::string error;
  EXPECT_TRUE(TrainSentencePieces({}, 100, error).empty());
  EXPECT_FALSE(error.empty());
}

}  // namespace
}  // namespace imago
