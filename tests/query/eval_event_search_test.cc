#include "query/eval_event_search.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "query/eval_event_photos.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

constexpr uint64_t kScenes = 24;

// Sees in the n-th picture what the n-th scene is, with the first two fillers exchanged where asked
// to; all else is the hash encoder's.
class KnowingEncoder : public Encoder {
 public:
  explicit KnowingEncoder(bool exchanges) : exchanges_(exchanges) {}

  int dim() const override { return hash_->dim(); }
  const std::string& model() const override { return hash_->model(); }
  const PreprocessOptions& preprocess() const override { return hash_->preprocess(); }
  double logit_scale() const override { return hash_->logit_scale(); }
  absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const override {
    auto embeddings = hash_->Encode(batch);
    if (!embeddings.ok()) return embeddings;
    embeddings->events.assign(batch.size(), {});
    for (size_t i = 0; i < batch.size(); ++i) {
      if (!std::holds_alternative<ImageContent>(batch[i])) continue;
      embeddings->events[i] = {EventOf(scenes_.at(pictures_++))};
    }
    return embeddings;
  }

 private:
  Event EventOf(EventScene scene) const {
    if (exchanges_ && scene.roles.size() > 1) {
      std::swap(scene.roles[0].filler, scene.roles[1].filler);
    }
    Event event;
    event.type = scene.type;
    event.source = EventSource::kPicture;
    event.confidence = 1;
    for (const RoleFiller& role : scene.roles) {
      EventArgument argument;
      argument.role = role.role;
      argument.filler = role.filler;
      argument.head = role.filler.substr(role.filler.find_last_of(' ') + 1);
      event.arguments.push_back(std::move(argument));
    }
    return event;
  }

  bool exchanges_;
  std::unique_ptr<Encoder> hash_ = NewHashEncoder();
  std::vector<EventScene> scenes_ = EventSearchScenes(kScenes);
  mutable std::atomic<size_t> pictures_ = 0;
};

absl::StatusOr<EventSearchScores> Evaluate(std::unique_ptr<Encoder> encoder) {
  Config config;
  config.data_dir = MakeTempDir();
  auto engine = Engine::Open(config, std::move(encoder));
  if (!engine.ok()) return engine.status();
  return EvaluateEventSearch(**engine, "scenes", kScenes, nullptr);
}

template <typename Value>
double Mean(const std::vector<Value>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(EvaluateEventSearch, FindsEverythingWithAModelThatSeesEverything) {
  const auto scores = Evaluate(std::make_unique<KnowingEncoder>(false));
  ASSERT_TRUE(scores.ok()) << scores.status();
  EXPECT_EQ(scores->pictures, kScenes);
  ASSERT_EQ(scores->measures.size(), 4u);
  for (const EventSearchMeasure& measure : scores->measures) {
    EXPECT_EQ(Mean(measure.first), 1) << measure.what;
    EXPECT_NEAR(Mean(measure.ndcg), 1, 1e-9) << measure.what;
    EXPECT_LT(Mean(measure.plain_first), 0.9) << measure.what;
    EXPECT_GT(measure.chance, 0) << measure.what;
    EXPECT_LT(measure.chance, 0.5) << measure.what;
  }
  EXPECT_EQ(scores->above_swapped.size(), kScenes / 4);
  EXPECT_EQ(Mean(scores->above_swapped), 1);
}

TEST(EvaluateEventSearch, TellsWrongEventsFromTrueOnesByThePictureAlone) {
  const auto scores = Evaluate(std::make_unique<KnowingEncoder>(false));
  ASSERT_TRUE(scores.ok()) << scores.status();
  ASSERT_EQ(scores->swaps.size(), 2u);
  for (const EventSwapMeasure& measure : scores->swaps) {
    EXPECT_GE(measure.events.size(), kScenes / 4) << measure.what;
    EXPECT_EQ(measure.plain.size(), measure.events.size()) << measure.what;
    EXPECT_EQ(measure.other_picture.size(), measure.events.size()) << measure.what;
    EXPECT_EQ(measure.text_alone.size(), measure.events.size()) << measure.what;
    EXPECT_EQ(Mean(measure.events), 1) << measure.what;
    EXPECT_LT(Mean(measure.other_picture), 0.8) << measure.what;
    EXPECT_LT(Mean(measure.text_alone), 0.8) << measure.what;
  }
}

TEST(EvaluateEventSearch, RanksTheExchangedHigherWithAModelThatExchanges) {
  const auto scores = Evaluate(std::make_unique<KnowingEncoder>(true));
  ASSERT_TRUE(scores.ok()) << scores.status();
  EXPECT_EQ(Mean(scores->above_swapped), 0);
  EXPECT_EQ(scores->swaps[1].what, "exchanged roles");
  EXPECT_EQ(Mean(scores->swaps[1].events), 0);
  EXPECT_GE(Mean(scores->swaps[0].events), 0.5) << "the type is seen as it is";
  EXPECT_LT(Mean(scores->measures[0].first), 0.5);
}

// Rows alone.
class BlindEncoder : public KnowingEncoder {
 public:
  BlindEncoder() : KnowingEncoder(false) {}
  absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const override {
    auto embeddings = KnowingEncoder::Encode(batch);
    if (embeddings.ok()) embeddings->events.clear();
    return embeddings;
  }
};

TEST(EvaluateEventSearch, NeedsAModelThatReadsEvents) {
  const auto scores = Evaluate(std::make_unique<BlindEncoder>());
  EXPECT_TRUE(absl::IsFailedPrecondition(scores.status())) << scores.status();
}

absl::StatusOr<std::vector<PhotoEvents>> See(std::unique_ptr<Encoder> encoder,
                                             const std::string& folder) {
  Config config;
  config.data_dir = MakeTempDir();
  auto engine = Engine::Open(config, std::move(encoder));
  if (!engine.ok()) return engine.status();
  return SeePhotoEvents(**engine, folder);
}

TEST(SeePhotoEvents, ListsEachPictureOfAFolder) {
  const std::string folder = MakeTempDir();
  WriteTestFile(folder + "/b.bmp", PlainBmp(kRed));
  WriteTestFile(folder + "/a.bmp", PlainBmp(kBlue));
  const auto photos = See(std::make_unique<KnowingEncoder>(false), folder);
  ASSERT_TRUE(photos.ok()) << photos.status();
  ASSERT_EQ(photos->size(), 2u);
  EXPECT_EQ((*photos)[0].path, folder + "/a.bmp");
  EXPECT_EQ((*photos)[1].events[0].type, EventSearchScenes(2)[1].type);
}

TEST(SeePhotoEvents, NamesWhatCannotBe) {
  const std::string folder = MakeTempDir();
  EXPECT_TRUE(absl::IsNotFound(See(std::make_unique<KnowingEncoder>(false), folder).status()));
  EXPECT_TRUE(
      absl::IsNotFound(See(std::make_unique<KnowingEncoder>(false), folder + "/none").status()));
  WriteTestFile(folder + "/a.bmp", PlainBmp(kBlue));
  EXPECT_TRUE(absl::IsFailedPrecondition(See(std::make_unique<BlindEncoder>(), folder).status()));
  WriteTestFile(folder + "/no-picture.bmp", "x");
  const auto broken = See(std::make_unique<KnowingEncoder>(false), folder);
  EXPECT_THAT(broken.status().ToString(), testing::HasSubstr("no-picture.bmp"));
}

// Otherwise a share of swaps told apart would say less about the pictures than it seems to.
TEST(EvaluateEventSwaps, HasCasesInWhichTheTextAloneTellsNothing) {
  const WordPairs text = SceneCaptionModel();
  std::vector<double> events;
  std::vector<double> roles;
  const auto prefers = [&text](const std::string& caption, const std::string& wrong) {
    return text.LogLikelihood(caption) > text.LogLikelihood(wrong) ? 1.0 : 0.0;
  };
  const std::vector<EventScene> scenes = EventSearchScenes(12'000);
  for (size_t i = 0; i < scenes.size(); ++i) {
    const EventScene& scene = scenes[i];
    if (!scene.other_roles.empty()) roles.push_back(prefers(scene.caption, scene.other_roles));
    if (scene.other_event.empty() || !IsAnyScene(i)) continue;
    events.push_back(prefers(scene.caption, scene.other_event));
  }
  EXPECT_GT(std::min(events.size(), roles.size()), 4000u);
  EXPECT_NEAR(Mean(events), 0.5, 0.02);
  EXPECT_NEAR(Mean(roles), 0.5, 0.02);
}

TEST(EventSearchScenes, TheSecondOfFourHasTheRolesOfTheFirstExchanged) {
  const std::vector<EventScene> scenes = EventSearchScenes(8);
  ASSERT_EQ(scenes.size(), 8u);
  for (const size_t i : {0u, 4u}) {
    EXPECT_EQ(scenes[i].type, scenes[i + 1].type);
    EXPECT_EQ(scenes[i].roles[0].filler, scenes[i + 1].roles[1].filler);
    EXPECT_EQ(scenes[i].roles[1].filler, scenes[i + 1].roles[0].filler);
    EXPECT_NE(scenes[i].roles[0].filler, scenes[i].roles[1].filler);
  }
}

}  // namespace
}  // namespace imago
