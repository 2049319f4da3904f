// imago train relations from a tiny bundle with random weights.

#include "embed/train_relations.h"

#include <filesystem>

#include "embed/torch/picture_features.h"
#include "embed/torch/relation_set.h"
#include "embed/train_events.h"
#include "embed/world.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kernels/kernels.h"
#include "tests/embed/torch/tiny_bundle.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

using testing::HasSubstr;

// Twelve photos of as many labels to train on, and rows that nothing may train on.
std::string Photos() {
  const std::string dir = MakeTempDir();
  std::string table = "file\tsource\tlabel\tsplit\tuse\n";
  for (uint32_t i = 0; i < 12; ++i) {
    const std::string file = std::to_string(i) + ".bmp";
    WriteTestFile(dir + "/" + file, BmpFile(SeededImage(i, 24)));
    table += file + "\ts\tthing " + std::string(1, static_cast<char>('a' + i)) + "\ttrain\ttrain\n";
  }
  table += "gone.bmp\ts\tthing x\ttest\ttrain\ngone.bmp\ts\tthing y\ttrain\tmeasure\n";
  WriteTestFile(dir + "/photos.tsv", table);
  return dir + "/photos.tsv";
}

TrainRelationsOptions Options(const std::string& bundle) {
  TrainRelationsOptions options;
  options.bundle_dir = bundle;
  options.manifests = {Photos()};
  options.out_dir = MakeTempDir();
  options.run_dir = MakeTempDir();
  options.width = 6;
  options.channels = 2;
  options.steps = 4;
  options.scenes = 8;
  options.photos = 4;
  options.tests = 4;
  options.precision = Precision::kFloat32;
  return options;
}

// Cosine of two rows of one encoding.
float Between(const Matrix& rows, size_t a, size_t b) {
  return ActiveKernels().dot_f32(rows.row(a), rows.row(b), rows.cols());
}

TEST(TrainRelations, LeavesTextsOfOnePhraseAndItsWeightsAsTheyAre) {
  const std::string before = TinyBundle();
  const TrainRelationsOptions options = Options(before);
  TrainControl control;
  const auto report = TrainRelations(options, control);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(ReadTestFile(before + "/weights.safetensors") ==
              ReadTestFile(options.out_dir + "/weights.safetensors"));
  const auto first = OpenEncoder(before);
  const auto second = OpenEncoder(options.out_dir);
  ASSERT_TRUE(first.ok() && second.ok()) << second.status();
  EXPECT_NE((*first)->model(), (*second)->model());
  const std::vector<Content> contents = {TextContent{"a dog"}, TextContent{"a dog left of a cat"},
                                         TextContent{"a cat left of a dog"},
                                         ImageContent{SeededImage(3, 64)}};
  const auto plain = (*first)->Encode(contents);
  const auto grown = (*second)->Encode(contents);
  ASSERT_TRUE(plain.ok() && grown.ok());
  for (size_t i = 0; i < plain->rows.cols(); ++i) {
    EXPECT_EQ(plain->rows.row(0)[i], grown->rows.row(0)[i]);
  }
  for (size_t row = 0; row < contents.size(); ++row) {
    EXPECT_NEAR(Between(grown->rows, row, row), 1, 1e-5) << row;
  }
  const auto moved = [&](size_t row) {
    return 1 -
           ActiveKernels().dot_f32(plain->rows.row(row), grown->rows.row(row), plain->rows.cols());
  };
  EXPECT_GT(moved(1), 1e-5);
  EXPECT_GT(moved(3), 1e-6);
}

TEST(TrainRelations, EncodesACaptionAsTheTrainingDid) {
  const TrainRelationsOptions options = Options(TinyBundle());
  TrainControl control;
  ASSERT_TRUE(TrainRelations(options, control).ok());
  const auto starter = OpenStarterBundle(options.out_dir, false);
  ASSERT_TRUE(starter.ok()) << starter.status();
  const std::vector<std::string> captions = {"a dog", "a dog left of a cat",
                                             "one cat and two dogs"};
  const RelationTexts texts = SplitTexts(
      captions, [&](const std::vector<std::string>& some) { return TextRows(*starter, some); });
  const torch::NoGradGuard no_grad;
  const Relations& relations = *starter->model->relations;
  const auto count = static_cast<int64_t>(captions.size());
  const torch::Tensor expected =
      relations.Add(relations.OfPhrases(texts.Phrases(torch::arange(count)), count), texts.rows, 1);
  EncoderOptions exact;
  exact.precision = Precision::kFloat32;
  const auto encoder = OpenEncoder(options.out_dir, exact);
  std::vector<Content> contents;
  for (const std::string& caption : captions) contents.emplace_back(TextContent{caption});
  const auto encoded = (*encoder)->Encode(contents);
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  for (size_t row = 0; row < captions.size(); ++row) {
    for (int64_t i = 0; i < expected.size(1); ++i) {
      EXPECT_NEAR(encoded->rows.row(row)[i], expected[static_cast<int64_t>(row)][i].item<float>(),
                  2e-3)
          << captions[row] << " " << i;
    }
  }
}

TEST(TrainRelations, LearnsFromScenesEachBeforeItsCounterpart) {
  const TrainRelationsOptions options = Options(TinyBundle());
  const auto starter = OpenStarterBundle(options.bundle_dir, false);
  ASSERT_TRUE(starter.ok()) << starter.status();
  TrainControl control;
  const auto data = LoadRelationData(options, *starter, control);
  ASSERT_TRUE(data.ok()) << data.status();
  const RelationScenes& scenes = data->train;
  ASSERT_EQ(scenes.pictures.maps.count(), 8);
  EXPECT_EQ(data->photos.size(0), 4);
  const World shapes;
  const World pictures = *World::OfPictures(*ReadWorldPictures(options.manifests[0]));
  std::vector<torch::Tensor> maps;
  for (int64_t i = 0; i < 8; ++i) {
    const World& world = i < 4 ? shapes : pictures;
    Scene scene = world.Draw(ScenePart::kTrain, static_cast<uint64_t>(i / 2));
    if (i % 2 == 1) scene = World::Exchanged(std::move(scene));
    EXPECT_THAT(scenes.kinds[i], HasSubstr(std::string(SceneKindName(scene.kind))));
    EXPECT_TRUE(torch::allclose(scenes.captions.rows[i], TextRows(*starter, {scene.caption})[0],
                                1e-4, 1e-5))
        << scene.caption;
    const PreprocessOptions preprocess = LitePreprocess(64);
    torch::Tensor pixels = torch::empty({1, 3, 64, 64});
    Preprocess(*world.Render(scene, 64), preprocess, pixels.data_ptr<float>());
    const torch::NoGradGuard no_grad;
    maps.push_back(starter->image->MapOf(pixels)[0].permute({1, 2, 0}));
  }
  const torch::Tensor loaded = scenes.pictures.maps.All().to(torch::kFloat32);
  for (int64_t i = 0; i < 8; ++i) {
    for (int64_t j = 0; j < 8; ++j) {
      if (j == i) continue;
      EXPECT_LT((loaded[i] - maps[i]).norm().item<double>(),
                0.2 * (loaded[i] - maps[j]).norm().item<double>())
          << i << " " << j;
    }
  }
}

TEST(TrainRelations, GoesOnAfterAnInterruptionToTheSameBundle) {
  TrainRelationsOptions options = Options(TinyBundle());
  TrainControl control;
  const auto whole = TrainRelations(options, control);
  ASSERT_TRUE(whole.ok()) << whole.status();
  options.out_dir = MakeTempDir();
  options.run_dir = MakeTempDir();
  TrainControl stopping;
  stopping.on_progress = [&stopping](const TrainProgress& now) {
    if (now.phase == "relations" && now.done == 2) stopping.stop = true;
  };
  EXPECT_TRUE(absl::IsCancelled(TrainRelations(options, stopping).status()));
  TrainControl going_on;
  const auto resumed = TrainRelations(options, going_on);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(resumed->model, whole->model);
}

TEST(TrainRelations, KeepsTheEventsOfItsBundleAndTheOtherWayRound) {
  const TrainRelationsOptions options = Options(TinyBundle());
  TrainControl control;
  ASSERT_TRUE(TrainRelations(options, control).ok());
  TrainEventsOptions events;
  events.bundle_dir = options.out_dir;
  events.manifests = options.manifests;
  WriteTestFile(std::filesystem::path(events.manifests[0]).replace_filename("gone.bmp").string(),
                BmpFile(SeededImage(1, 24)));
  events.out_dir = MakeTempDir();
  events.run_dir = MakeTempDir();
  events.width = 32;
  events.layers = 1;
  events.steps = 1;
  events.scenes = 4;
  events.others = 4;
  events.tests = 4;
  ASSERT_TRUE(TrainEvents(events, control).ok());
  EXPECT_TRUE(ReadTestFile(options.out_dir + "/relations.safetensors") ==
              ReadTestFile(events.out_dir + "/relations.safetensors"));
  TrainRelationsOptions again = options;
  again.bundle_dir = events.out_dir;
  again.out_dir = MakeTempDir();
  again.run_dir = MakeTempDir();
  ASSERT_TRUE(TrainRelations(again, control).ok());
  EXPECT_TRUE(ReadTestFile(events.out_dir + "/events.safetensors") ==
              ReadTestFile(again.out_dir + "/events.safetensors"));
  const std::string card = ReadTestFile(again.out_dir + "/CARD.md");
  EXPECT_THAT(card, HasSubstr("\n## Events\n"));
  const size_t section = card.find("\n## Relations\n");
  ASSERT_NE(section, std::string::npos) << card;
  EXPECT_EQ(card.find("\n## Relations\n", section + 1), std::string::npos) << card;
}

TEST(TrainRelations, RefusesWhatCannotBe) {
  TrainControl control;
  TrainRelationsOptions options = Options(TinyBundle());
  options.scenes = 2;
  EXPECT_THAT(std::string(TrainRelations(options, control).status().message()),
              HasSubstr("scenes is 2"));
  options = Options(TinyBundle());
  options.manifests = {MakeTempDir() + "/photos.tsv"};
  WriteTestFile(options.manifests[0],
                "file\tsource\tlabel\tsplit\tuse\na.jpg\ts\tcat\ttrain\ttrain\n");
  EXPECT_THAT(std::string(TrainRelations(options, control).status().message()),
              HasSubstr("needs 10 labels"));
}

}  // namespace
}  // namespace imago
