// imago train events-text on a handful of captions.

#include "embed/train_tagger.h"

#include <filesystem>

#include "embed/tagger_config.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Captions of arrests, a few of which are held out.
std::string Captions() {
  const std::string path = MakeTempDir() + "/news.jsonl";
  std::string lines;
  for (int i = 0; i < 30; ++i) {
    lines += fmt::format(
        R"({{"image_id": "id{0}", "events": [{{"type": "Justice.ArrestJail", "trigger": "arrested",)"
        R"( "sentence": "Police arrested {0} men .", "args": [{{"role": "Agent", "text": "Police"}},)"
        R"( {{"role": "Person", "text": "men"}}]}}]}})"
        "\n",
        i);
  }
  WriteTestFile(path, lines);
  return path;
}

TrainTaggerOptions Options() {
  TrainTaggerOptions options;
  options.manifest = Captions();
  options.vectors_dir = SourcePath("models/imago-clip-starter");
  options.out_dir = MakeTempDir() + "/tagger";
  options.run_dir = MakeTempDir() + "/run";
  options.width = 4;
  options.layers = 1;
  options.context_layers = 2;
  options.tuned_layers = 1;
  options.steps = 3;
  options.batch = 4;
  options.sentences = 5;
  return options;
}

TEST(TrainTagger, WritesWhatTheExtractorOpens) {
  const TrainTaggerOptions options = Options();
  TrainControl control;
  const auto report = TrainTagger(options, control);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GT(report->news.sentences, 0u);
  EXPECT_LT(report->news.sentences, 30u);
  const auto config = ParseTaggerConfig(ReadTestFile(options.out_dir + "/tagger.json"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->types, (std::vector<TaggedType>{{"Arrest", {"Agent", "Person"}}}));
  EXPECT_THAT(config->words, ElementsAre("arrested", "men", "police"));
  EXPECT_GT(config->more_words.size(), 10000u);
  EXPECT_GT(config->pieces.size(), 10000u);
  const auto extractor = OpenTrainedExtractor(EventOntology::House().value(), options.out_dir);
  ASSERT_TRUE(extractor.ok()) << extractor.status();
  EXPECT_EQ((*extractor)->name(), report->name);
  EXPECT_THAT(ReadTestFile(options.out_dir + "/CARD.md"), HasSubstr("silver"));
}

TEST(TrainTagger, ACheckpointOfOtherSettingsIsRefused) {
  TrainTaggerOptions options = Options();
  TrainControl control;
  ASSERT_TRUE(TrainTagger(options, control).ok());
  options.seed = 2;
  EXPECT_EQ(TrainTagger(options, control).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(TrainTagger, StopsWithACheckpointWhenItIsTold) {
  const TrainTaggerOptions options = Options();
  TrainControl control;
  control.stop = true;
  EXPECT_EQ(TrainTagger(options, control).status().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(std::filesystem::exists(options.run_dir + "/tagger-checkpoint.safetensors"));
}

TEST(TrainTagger, WrongSettingsAreNamed) {
  TrainControl control;
  TrainTaggerOptions options = Options();
  options.steps = 0;
  EXPECT_THAT(std::string(TrainTagger(options, control).status().message()),
              HasSubstr("steps is 0"));
  options = Options();
  options.vectors_dir = MakeTempDir();
  EXPECT_FALSE(TrainTagger(options, control).ok());
  options = Options();
  WriteTestFile(options.manifest, R"({"image_id": "a", "events": []})");
  EXPECT_THAT(std::string(TrainTagger(options, control).status().message()),
              HasSubstr("no type has enough events"));
}

}  // namespace
}  // namespace imago
