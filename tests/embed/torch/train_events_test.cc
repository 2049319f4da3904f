// imago train events from a tiny bundle with random weights.

#include "embed/train_events.h"

#include <filesystem>
#include <set>

#include "embed/encoder.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/event_set.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/tiny_bundle.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

using testing::HasSubstr;

std::string Photos() {
  const std::string dir = MakeTempDir();
  std::string table = "file\tsource\tlabel\tsplit\tuse\n";
  for (uint32_t i = 0; i < 6; ++i) {
    const std::string file = std::to_string(i) + ".bmp";
    WriteTestFile(dir + "/" + file, BmpFile(SeededImage(i, 24)));
    table += file + "\ts\tthing\t" + (i < 4 ? "train" : "test") + "\ttrain\n";
  }
  table += "gone.bmp\ts\tthing\ttrain\tmeasure\n";
  WriteTestFile(dir + "/photos.tsv", table);
  return dir + "/photos.tsv";
}

TrainEventsOptions Options(const std::string& bundle) {
  TrainEventsOptions options;
  options.bundle_dir = bundle;
  options.manifests = {Photos()};
  options.out_dir = MakeTempDir();
  options.run_dir = MakeTempDir();
  options.width = 32;
  options.layers = 1;
  options.steps = 4;
  options.scenes = 8;
  options.others = 4;
  options.tests = 4;
  options.precision = Precision::kFloat32;
  return options;
}

TEST(TrainEvents, MakesABundleThatReadsEventsAndWhoseRowsStay) {
  const std::string before = TinyBundle();
  const TrainEventsOptions options = Options(before);
  TrainControl control;
  const auto report = TrainEvents(options, control);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->scores.scenes, 4);
  EXPECT_EQ(report->scores.others, 1) << "a quarter of 4, of the split \"test\"";
  const auto first = OpenEncoder(before);
  const auto second = OpenEncoder(options.out_dir);
  ASSERT_TRUE(first.ok() && second.ok()) << second.status();
  EXPECT_NE((*first)->model(), (*second)->model());
  const std::vector<Content> contents = {ImageContent{SeededImage(3, 64)}, TextContent{"a dog"}};
  const auto plain = (*first)->Encode(contents);
  const auto grown = (*second)->Encode(contents);
  ASSERT_TRUE(plain.ok() && grown.ok());
  for (size_t row = 0; row < 2; ++row) {
    for (size_t i = 0; i < plain->rows.cols(); ++i) {
      EXPECT_EQ(plain->rows.row(row)[i], grown->rows.row(row)[i]);
    }
  }
  EXPECT_TRUE(plain->events.empty() || plain->events[0].empty());
  EXPECT_EQ(grown->events.size(), 2u);
  EXPECT_TRUE(grown->events[1].empty()) << "a text";
}

TEST(TrainEvents, LeavesTheWeightsThatWereThereAsTheyAre) {
  const std::string before = TinyBundle();
  const TrainEventsOptions options = Options(before);
  TrainControl control;
  ASSERT_TRUE(TrainEvents(options, control).ok());
  EXPECT_TRUE(ReadTestFile(before + "/weights.safetensors") ==
              ReadTestFile(options.out_dir + "/weights.safetensors"));
  const std::string id = OpenBundle(options.out_dir)->id;
  std::string events = ReadTestFile(options.out_dir + "/events.safetensors");
  events.back() = static_cast<char>(events.back() ^ 1);
  WriteTestFile(options.out_dir + "/events.safetensors", events);
  EXPECT_NE(OpenBundle(options.out_dir)->id, id) << "what reads events belongs to the model";
  std::filesystem::remove(options.out_dir + "/events.safetensors");
  EXPECT_THAT(std::string(OpenEncoder(options.out_dir).status().message()),
              HasSubstr("events.safetensors"));
}

TEST(TrainEvents, LearnsBeforePhotosToo) {
  TrainEventsOptions options = Options(TinyBundle());
  options.photos = options.manifests[0];
  TrainControl control;
  const auto report = TrainEvents(options, control);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_TRUE(report->over_photos.has_value());
  EXPECT_EQ(report->over_photos->scenes, 4);
  options.photos = MakeTempDir() + "/none.tsv";
  EXPECT_THAT(std::string(TrainEvents(options, control).status().message()), HasSubstr("none.tsv"));
}

TEST(TrainEvents, GoesOnAfterAnInterruptionToTheSameBundle) {
  const std::string bundle = TinyBundle();
  TrainEventsOptions options = Options(bundle);
  TrainControl control;
  const auto whole = TrainEvents(options, control);
  ASSERT_TRUE(whole.ok()) << whole.status();
  options.out_dir = MakeTempDir();
  options.run_dir = MakeTempDir();
  TrainControl stopping;
  stopping.on_progress = [&stopping](const TrainProgress& now) {
    if (now.phase == "events" && now.done == 2) stopping.stop = true;
  };
  EXPECT_TRUE(absl::IsCancelled(TrainEvents(options, stopping).status()));
  TrainControl going_on;
  const auto resumed = TrainEvents(options, going_on);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(resumed->model, whole->model);
}

TEST(TrainEvents, WritesItsSectionOfTheCardOnce) {
  TrainEventsOptions options = Options(TinyBundle());
  TrainControl control;
  ASSERT_TRUE(TrainEvents(options, control).ok());
  options.bundle_dir = options.out_dir;
  options.out_dir = MakeTempDir();
  options.run_dir = MakeTempDir();
  ASSERT_TRUE(TrainEvents(options, control).ok());
  const std::string card = ReadTestFile(options.out_dir + "/CARD.md");
  const size_t section = card.find("\n## Events\n");
  ASSERT_NE(section, std::string::npos) << card;
  EXPECT_EQ(card.find("\n## Events\n", section + 1), std::string::npos) << card;
  EXPECT_THAT(ReadTestFile(options.out_dir + "/model.json"), HasSubstr("\"role_swap\""));
}

TEST(TrainEvents, RefusesWhatCannotBe) {
  TrainControl control;
  TrainEventsOptions options = Options(TinyBundle());
  options.steps = 0;
  EXPECT_THAT(std::string(TrainEvents(options, control).status().message()),
              HasSubstr("steps is 0"));
  options = Options(TinyBundle());
  options.alignment = -0.5;
  EXPECT_THAT(std::string(TrainEvents(options, control).status().message()),
              HasSubstr("alignment is -0.5"));
  options = Options(MakeTempDir());
  EXPECT_FALSE(TrainEvents(options, control).ok());
  BundleConfig other = TinyConfig();
  other.image_tower = {"vit",
                       {{"size", 64}, {"patch", 16}, {"width", 32}, {"layers", 1}, {"heads", 2}},
                       {{"activation", "gelu"}}};
  EXPECT_THAT(std::string(TrainEvents(Options(TinyBundle(other)), control).status().message()),
              HasSubstr("it must be a bundle of imago train clip"));
}

TEST(StagedVocabulary, HasEveryTypeOnceWithItsRoles) {
  const PictureEventVocabulary words = StagedVocabulary();
  std::set<std::string> types;
  for (const PictureEventType& type : words.types) {
    EXPECT_TRUE(types.insert(type.type).second) << type.type;
    EXPECT_FALSE(type.roles.empty()) << type.type;
    EXPECT_LE(type.roles.size(), static_cast<size_t>(kPictureRoles)) << type.type;
  }
  EXPECT_EQ(types.count("Vaccination"), 1u);
  EXPECT_THAT(words.fillers, testing::Contains("stretcher"));
}

}  // namespace
}  // namespace imago
