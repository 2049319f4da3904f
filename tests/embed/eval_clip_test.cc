#include "embed/eval_clip.h"

#include <cmath>
#include <map>

#include "embed/decode_image.h"
#include "embed/eval_photos.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/watched_encoder.h"

namespace imago {
namespace {

Image Plain(uint8_t red, uint8_t green, uint8_t blue) {
  Image image{64, 64, {}};
  for (int i = 0; i < 64 * 64; ++i) image.rgb.insert(image.rgb.end(), {red, green, blue});
  return image;
}

void WritePlain(const std::string& path, uint8_t red, uint8_t green, uint8_t blue) {
  WriteTestFile(path, EncodeJpeg(Plain(red, green, blue)).value());
}

// Three plain pictures and captions that name their colours.
std::string ColourSets() {
  const std::string root = MakeTempDir();
  const std::string images = root + "/captioned-photos/images/";
  WritePlain(images + "r.jpg", 255, 0, 0);
  WritePlain(images + "g.jpg", 0, 255, 0);
  WritePlain(images + "b.jpg", 0, 0, 255);
  WriteTestFile(root + "/captioned-photos/captions.tsv",
                "file\tcaption\nr.jpg\tred\ng.jpg\tgreen\nb.jpg\tblue\n");
  return root;
}

TEST(EvalClip, FindsColoursByTheirNamesWithAnEncoderThatKnowsThem) {
  const auto report = EvaluateClip(*NewHashEncoder(), {.root = ColourSets()});
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->metrics.size(), 6u);
  EXPECT_DOUBLE_EQ(report->metrics[0].value, 1.0);
  EXPECT_DOUBLE_EQ(report->metrics[0].chance, 1.0 / 3);
  EXPECT_EQ(report->metrics[0].cases, 3u);
  EXPECT_EQ(report->absent, (std::vector<std::string>{"labelled-photos", "grocery-photos"}));
}

TEST(EvalClip, CaptionsOfTheWrongPicturesScoreNothing) {
  const std::string root = ColourSets();
  WriteTestFile(root + "/captioned-photos/captions.tsv",
                "file\tcaption\nr.jpg\tgreen\ng.jpg\tblue\nb.jpg\tred\n");
  const auto report = EvaluateClip(*NewHashEncoder(), {.root = root});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_DOUBLE_EQ(report->metrics[0].value, 0.0);
}

TEST(EvalClip, MeasuresEachHeldOutPartOfFurtherManifests) {
  const std::string dir = MakeTempDir() + "/drawings";
  WritePlain(dir + "/r.jpg", 255, 0, 0);
  WritePlain(dir + "/g.jpg", 0, 255, 0);
  WritePlain(dir + "/b.jpg", 0, 0, 255);
  WriteTestFile(dir + "/drawings.tsv",
                "file\tsource\tlabel\tsplit\tuse\n"
                "r.jpg\tpens\tred\ttrain\ttrain\n"
                "g.jpg\tpens\tgreen\tnovel\ttrain\n"
                "b.jpg\tpens\tblue\tnovel\ttrain\n"
                "r.jpg\tink\tgreen\ttrain\tmeasure\n"
                "r.jpg\tink\tred\ttest\tmeasure\n");
  const auto report =
      EvaluateClip(*NewHashEncoder(), {.root = ColourSets(), .also = {dir + "/drawings.tsv"}});
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->metrics.size(), 10u);
  const Metric& ink = report->metrics[6];
  EXPECT_EQ(ink.set, "drawings ink");
  EXPECT_EQ(ink.name, "zero-shot top-1");
  EXPECT_DOUBLE_EQ(ink.value, 0.5);  // a red picture is no green one
  EXPECT_EQ(ink.cases, 2u);
  EXPECT_EQ(report->metrics[8].set, "drawings novel");
  EXPECT_DOUBLE_EQ(report->metrics[8].value, 1.0);
  EXPECT_EQ(report->metrics[8].candidates, 2u);
}

// Stands for LinearProbe: right on the first picture alone.
absl::StatusOr<ProbeResult> FirstIsRight(const ProbeData& data) {
  ProbeResult result;
  result.hits.assign(data.test_labels.size(), 0);
  result.hits.front() = 1;
  return result;
}

TEST(EvalClip, ComparesPromptsAndProbesOnWhatNoProbeTrainsOn) {
  const std::string dir = MakeTempDir() + "/drawings";
  WritePlain(dir + "/r.jpg", 255, 0, 0);
  WritePlain(dir + "/g.jpg", 0, 255, 0);
  WriteTestFile(dir + "/drawings.tsv",
                "file\tsource\tlabel\tsplit\tuse\n"
                "r.jpg\tink\tred\ttrain\tmeasure\n"
                "r.jpg\tink\tred\ttest\tmeasure\n"
                "g.jpg\tink\tred\ttest\tmeasure\n"
                "g.jpg\tink\tgreen\ttest\tmeasure\n");
  const auto report = EvaluateClip(*NewHashEncoder(), {.root = ColourSets(),
                                                       .also = {dir + "/drawings.tsv"},
                                                       .prompts = true,
                                                       .linear_probe = FirstIsRight});
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->probes.size(), 1u);
  const ProbeScore& probe = report->probes[0];
  EXPECT_EQ(probe.trained_on, 1u);
  EXPECT_EQ(probe.cases, 3u);
  EXPECT_DOUBLE_EQ(probe.probe, 1.0 / 3);
  EXPECT_DOUBLE_EQ(probe.zero_shot, 2.0 / 3);
  ASSERT_EQ(report->prompts.size(), 5u);
  EXPECT_EQ(report->prompts[0].prompts, "name");
  EXPECT_EQ(report->prompts[0].gain, 0);
  EXPECT_DOUBLE_EQ(report->prompts[0].top1, 0.75);
  EXPECT_EQ(report->prompts[2].prompts, "drawing");
  EXPECT_EQ(report->prompts[4].cases, 4u);
}

TEST(EvalClip, AnEncoderOfWordsAloneGuessesAtScenes) {
  const auto report = EvaluateClip(*NewHashEncoder(), {.root = ColourSets(), .scenes = 300});
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->metrics.size(), 6u + 8u + 4u);
  EXPECT_EQ(report->metrics[6].set, "scenes of shapes");
  EXPECT_EQ(report->metrics[7].name, "right caption of two, colour, blind");
  uint64_t cases = 0;
  for (size_t i = 6; i < report->metrics.size(); i += 2) cases += report->metrics[i].cases;
  EXPECT_EQ(cases, 2 * 300u);
  // Colours and places have the same words in both captions; numbers have plurals.
  EXPECT_LT(report->metrics[6].value, 0.8);
  EXPECT_LT(report->metrics[10].value, 0.8);
  EXPECT_EQ(report->metrics[16].name, "right caption of two, roles");
}

// Counts how often each text is encoded.
class CountingEncoder : public WatchedEncoder {
 public:
  absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const override {
    for (const Content& content : batch) {
      if (const auto* text = std::get_if<TextContent>(&content)) ++texts[text->text];
    }
    return HashEncode(batch);
  }

  mutable std::map<std::string, int> texts;
};

// Red and green pictures, two of which have a label that is not theirs.
std::string MislabelledColours() {
  const std::string dir = MakeTempDir() + "/drawings";
  WritePlain(dir + "/r.jpg", 255, 0, 0);
  WritePlain(dir + "/g.jpg", 0, 255, 0);
  WriteTestFile(dir + "/drawings.tsv",
                "file\tsource\tlabel\tsplit\tuse\n"
                "r.jpg\tink\tred\ttrain\tmeasure\n"
                "r.jpg\tink\tgreen\ttest\tmeasure\n"
                "r.jpg\tink\tgreen\ttest\tmeasure\n"
                "g.jpg\tink\tgreen\ttest\tmeasure\n");
  return dir + "/drawings.tsv";
}

TEST(EvalClip, EncodesEachLabelOnceByTheSameTemplate) {
  const CountingEncoder encoder;
  const auto report = EvaluateClip(encoder, {.root = ColourSets(),
                                             .also = {MislabelledColours()},
                                             .prompts = true,
                                             .linear_probe = FirstIsRight});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->probes.size(), 1u);
  EXPECT_EQ(encoder.texts["a photo of a green."], 2);  // alone, and among the 80
  EXPECT_EQ(encoder.texts["a drawing of a green."], 2);
  EXPECT_EQ(encoder.texts["itap of a green."], 2);  // among the seven and among the 80
}

TEST(EvalClip, CountsWhatLabelsAreTakenFor) {
  const auto report =
      EvaluateClip(*NewHashEncoder(), {.root = ColourSets(), .also = {MislabelledColours()}});
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->confusions.size(), 1u);
  const Confusion& one = report->confusions[0];
  EXPECT_EQ(one.set, "drawings ink");
  EXPECT_EQ(one.label, "green");
  EXPECT_EQ(one.taken, "red");
  EXPECT_EQ(one.count, 2u);
  EXPECT_EQ(one.of, 3u);
  EXPECT_TRUE(report->samples.empty());
}

TEST(EvalClip, DrawsHitsAndMissesWhereAskedTo) {
  const std::string manifest = MislabelledColours();
  const std::string root = ColourSets();
  WriteTestFile(root + "/captioned-photos/captions.tsv",
                "file\tcaption\nr.jpg\tgreen\ng.jpg\tgreen\nb.jpg\tblue\n");
  const auto report =
      EvaluateClip(*NewHashEncoder(), {.root = root, .also = {manifest}, .samples = 1});
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->samples.size(), 2u);
  const EvalSample& captions = report->samples[0];
  EXPECT_EQ(captions.set, "captioned-photos");
  EXPECT_EQ(captions.hits, 2u);
  EXPECT_EQ(captions.misses, 1u);
  ASSERT_EQ(captions.cases.size(), 2u);
  const EvalCase& miss = captions.cases[1];
  EXPECT_EQ(miss.asked, "green");
  EXPECT_THAT(miss.picture, ::testing::EndsWith("/r.jpg"));
  EXPECT_THAT(miss.first_picture, ::testing::EndsWith("/g.jpg"));
  const EvalSample& ink = report->samples[1];
  EXPECT_EQ(ink.hits, 2u);
  ASSERT_EQ(ink.cases.size(), 2u);
  EXPECT_EQ(ink.cases[0].asked, ink.cases[0].first);
  EXPECT_EQ(ink.cases[1].asked, "green");
  EXPECT_EQ(ink.cases[1].first, "red");
}

TEST(EvalClip, ComparesCaptionsWithTheWordsOfNamesThatFit) {
  // Of more names than fit a picture, only those that do are its words.
  std::vector<std::string> names = {"red", "green", "blue"};
  for (int i = 0; i < 40; ++i) names.push_back("thing" + std::to_string(i));
  const std::string root = ColourSets();
  const auto report = EvaluateClip(*NewHashEncoder(), {.root = root, .words = names});
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->metrics.size(), 6u);
  EXPECT_GE(report->metrics[0].words, 2.0 / 3);
  EXPECT_DOUBLE_EQ(report->metrics[2].words, 1.0);  // among three at most tenth
  const auto without = EvaluateClip(*NewHashEncoder(), {.root = root});
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_EQ(without->metrics[0].words, -1);
  EXPECT_EQ(without->metrics[0].value, report->metrics[0].value);
}

TEST(EvalClip, TakesATemplateWithOtherBraces) {
  for (const char* text : {"a {red {}", "} {} {0", "{:d} {}"}) {
    const auto report = EvaluateClip(
        *NewHashEncoder(),
        {.root = ColourSets(), .also = {MislabelledColours()}, .label_template = text});
    EXPECT_TRUE(report.ok()) << text << ": " << report.status();
  }
}

TEST(EvalClip, RefusesATemplateWithoutAPlaceForTheLabel) {
  const auto report =
      EvaluateClip(*NewHashEncoder(), {.root = ColourSets(), .label_template = "a {} or {}"});
  EXPECT_THAT(report.status().ToString(), ::testing::HasSubstr("exactly once"));
}

TEST(EvalClip, NamesAPictureThatIsMissing) {
  const std::string root = ColourSets();
  WriteTestFile(root + "/captioned-photos/captions.tsv", "file\tcaption\ngone.jpg\tred\n");
  const auto report = EvaluateClip(*NewHashEncoder(), {.root = root});
  EXPECT_THAT(report.status().ToString(), ::testing::HasSubstr("gone.jpg"));
}

TEST(EvalClip, SaysThatAFolderHasNoSets) {
  const auto report = EvaluateClip(*NewHashEncoder(), {.root = MakeTempDir()});
  EXPECT_EQ(report.status().code(), absl::StatusCode::kNotFound);
}

TEST(ColourHistogram, HasUnitLength) {
  std::vector<float> histogram(512);
  ColourHistogram(Plain(255, 0, 128), histogram.data());
  double sum = 0;
  for (const float value : histogram) sum += double{value} * value;
  EXPECT_NEAR(sum, 1, 1e-6);
  EXPECT_FLOAT_EQ(histogram[7 * 64 + 0 + 4], 1);
}

}  // namespace
}  // namespace imago
