#include "embed/torch/relations.h"

#include <set>

#include "embed/torch/relation_run.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/resume_support.h"
#include "tests/support/data.h"

namespace imago {
namespace {

constexpr RelationShape kShape = {6, 24, 4, 2, 8, 12};
constexpr int64_t kParts = Relations::kSide * Relations::kSide;

torch::Tensor Unit(const torch::Tensor& rows) {
  return torch::nn::functional::normalize(rows,
                                          torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

std::shared_ptr<Relations> Fresh() {
  torch::manual_seed(7);
  return std::make_shared<Relations>(kShape);
}

PhraseBatch TwoPhrases(PhrasePlace one, PhrasePlace other) {
  torch::manual_seed(8);
  return {Unit(torch::randn({2, 24})),
          torch::tensor({static_cast<int64_t>(one), static_cast<int64_t>(other)}, torch::kInt64),
          torch::zeros({2}, torch::kInt64)};
}

// Thing `left` in the left half and `right` in the right half of a picture, [1, kParts, 24].
torch::Tensor Halves(const torch::Tensor& left, const torch::Tensor& right) {
  std::vector<torch::Tensor> parts;
  for (int64_t part = 0; part < kParts; ++part) {
    parts.push_back(part % Relations::kSide < Relations::kSide / 2 ? left : right);
  }
  return torch::stack(parts).unsqueeze(0);
}

double Product(const torch::Tensor& a, const torch::Tensor& b) {
  return (a * b).sum().item<double>();
}

TEST(Relations, KnowPlacesBeforeTheyHaveLearnedAnything) {
  const torch::NoGradGuard no_grad;
  const auto relations = Fresh();
  torch::manual_seed(9);
  relations->Fit(Unit(torch::randn({40, 24})), Unit(torch::randn({40, 24})));
  const PhraseBatch said = TwoPhrases(PhrasePlace::kLeft, PhrasePlace::kRight);
  const PhraseBatch exchanged = TwoPhrases(PhrasePlace::kRight, PhrasePlace::kLeft);
  const torch::Tensor map = torch::zeros({1, 6, 8, 8});
  const torch::Tensor picture = relations->OfMaps(map, Halves(said.rows[0], said.rows[1]));
  const torch::Tensor mirrored = relations->OfMaps(map, Halves(said.rows[1], said.rows[0]));
  const torch::Tensor gap = relations->OfPhrases(said, 1) - relations->OfPhrases(exchanged, 1);
  EXPECT_GT(Product(picture, gap), 0.01);
  EXPECT_LT(Product(mirrored, gap), -0.01);
}

TEST(Relations, TellAboveFromBelow) {
  const torch::NoGradGuard no_grad;
  const auto relations = Fresh();
  const PhraseBatch said = TwoPhrases(PhrasePlace::kAbove, PhrasePlace::kBelow);
  const PhraseBatch exchanged = TwoPhrases(PhrasePlace::kBelow, PhrasePlace::kAbove);
  torch::manual_seed(9);
  relations->Fit(Unit(torch::randn({40, 24})), Unit(torch::randn({40, 24})));
  const torch::Tensor across = Halves(said.rows[0], said.rows[1]).view({1, 4, 4, 24});
  const torch::Tensor down = across.transpose(1, 2).reshape({1, kParts, 24});
  const torch::Tensor gap = relations->OfPhrases(said, 1) - relations->OfPhrases(exchanged, 1);
  EXPECT_GT(Product(relations->OfMaps(torch::zeros({1, 6, 8, 8}), down), gap), 0.01);
}

TEST(Relations, TakeMapsOfOtherSizes) {
  const torch::NoGradGuard no_grad;
  const auto relations = Fresh();
  const torch::Tensor map = torch::randn({1, 6, 1, 1});
  const torch::Tensor parts = Unit(torch::randn({1, kParts, 24}));
  EXPECT_TRUE(torch::allclose(relations->OfMaps(map.expand({1, 6, 16, 16}), parts),
                              relations->OfMaps(map.expand({1, 6, 8, 8}), parts), 1e-4, 1e-5));
  EXPECT_EQ(relations->OfMaps(map.expand({1, 6, 7, 7}), parts).size(1), kShape.bound());
}

TEST(Relations, KeepTheDetailAndBothLengths) {
  const torch::NoGradGuard no_grad;
  const auto relations = Fresh();
  const double share = 0.6;
  const torch::Tensor rows =
      torch::cat({Unit(torch::randn({2, 24})) * share, Unit(torch::randn({2, 3})) * 0.8}, 1);
  const torch::Tensor bound =
      relations->OfMaps(torch::randn({2, 6, 8, 8}), Unit(torch::randn({2, kParts, 24})));
  const torch::Tensor related = relations->Add(bound, rows, share);
  EXPECT_TRUE(torch::equal(related.narrow(1, 24, 3), rows.narrow(1, 24, 3)));
  EXPECT_TRUE(torch::allclose(related.narrow(1, 0, 24).norm(2, 1), torch::full({2}, share)));
  EXPECT_GT((related - rows).norm().item<float>(), 0.01);
}

TEST(Relations, OfTextsAreSumsOverTheirPhrases) {
  const torch::NoGradGuard no_grad;
  const auto relations = Fresh();
  const PhraseBatch both = TwoPhrases(PhrasePlace::kLeft, PhrasePlace::kRight);
  const torch::Tensor sum = relations->OfPhrases(both, 2);
  const PhraseBatch turned = {both.rows.flip({0}), both.places.flip({0}), both.texts};
  EXPECT_TRUE(torch::allclose(sum, relations->OfPhrases(turned, 2), 1e-4, 1e-5));
  EXPECT_NEAR(sum[0].norm().item<double>(), 1, 1e-5);
  EXPECT_EQ(sum[1].abs().max().item<float>(), 0) << "a text without phrases";
}

TEST(Relations, WriteWherePhotosAndPhrasesDifferLeast) {
  const torch::NoGradGuard no_grad;
  const auto relations = Fresh();
  torch::manual_seed(9);
  // All differ in the first six directions alone.
  const auto rows = [] { return Unit(torch::constant_pad_nd(torch::randn({40, 6}), {0, 18})); };
  const torch::Tensor photos = rows();
  relations->Fit(photos, rows());
  const torch::Tensor bound =
      relations->OfMaps(torch::randn({40, 6, 8, 8}), rows().unsqueeze(1).expand({40, kParts, 24}));
  const torch::Tensor added = relations->Add(bound, photos, 1);
  const torch::Tensor shrunk = added.matmul(photos.t()) / photos.matmul(photos.t());
  EXPECT_LT(shrunk.max().item<double>() - shrunk.min().item<double>(), 1e-3)
      << "products with rows as they are keep their order";
}

TEST(MakeRelations, NamesWhatDoesNotFit) {
  EXPECT_THAT(std::string(MakeRelations({40, 4}, 4, 192, TowerInit::kNone).status().message()),
              testing::HasSubstr("width 40 with 4 channels"));
  EXPECT_EQ((*MakeRelations({32, 4}, 4, 192, TowerInit::kNone))->shape().bound(), 192);
}

RowFiles Files(const std::string& name, const torch::Tensor& rows) {
  RowCache cache;
  cache.dir = MakeTempDir();
  cache.name = name;
  return *RowFiles::Make(cache, rows.size(0), [&rows](int64_t begin, int64_t end) {
    return absl::StatusOr<torch::Tensor>(rows.slice(0, begin, end));
  });
}

// Two of six things, one of which is bright, and the counterpart, in which the other one is. A map
// shows brightness in its first channel. Scenes of things whose
// numbers differ by `apart`.
RelationScenes BrightAndDark(const std::set<int64_t>& apart) {
  constexpr int64_t kThings = 6;
  torch::manual_seed(6);
  const torch::Tensor things = Unit(torch::randn({kThings, 24}));
  const torch::Tensor bright = Unit(torch::randn({24}));
  std::vector<torch::Tensor> maps;
  std::vector<torch::Tensor> parts;
  std::vector<torch::Tensor> rows;
  std::vector<std::string> captions;
  RelationScenes scenes;
  const auto name = [](int64_t thing) { return std::string(1, static_cast<char>('a' + thing)); };
  for (int64_t one = 0; one < kThings; ++one) {
    for (int64_t other = one + 1; other < kThings; ++other) {
      if (apart.count(other - one) == 0) continue;
      for (const bool first : {true, false}) {
        torch::Tensor map = torch::zeros({8, 8, 6});
        map.slice(1, first ? 0 : 4, first ? 4 : 8).select(2, 0).fill_(1);
        maps.push_back(map);
        parts.push_back(Halves(things[one], things[other])[0]);
        rows.push_back(Unit(things[one] + things[other]));
        captions.push_back((first ? "bright " : "dark ") + name(one) + " and " +
                           (first ? "dark " : "bright ") + name(other));
        scenes.kinds.emplace_back("bright");
      }
    }
  }
  scenes.pictures = {Files("maps", torch::stack(maps)), torch::stack(parts).to(torch::kFloat16),
                     torch::stack(rows)};
  scenes.captions = SplitTexts(captions, [&](const std::vector<std::string>& texts) {
    std::vector<torch::Tensor> known;
    for (const std::string& text : texts) {
      const torch::Tensor how = text.starts_with("bright") ? bright : -bright;
      known.push_back(Unit(how + things[text.back() - 'a']));
    }
    return torch::stack(known);
  });
  return scenes;
}

RelationRunOptions Steps(int64_t steps) {
  RelationRunOptions options;
  options.steps = steps;
  options.scenes = 12;
  options.settings = "bright and dark";
  return options;
}

TEST(SplitTexts, KnowEachPhraseOnceAndEachCaptionByItsKey) {
  const RelationScenes scenes = BrightAndDark({3});
  EXPECT_EQ(scenes.captions.known.size(0), 12) << "six things, bright and dark";
  EXPECT_NE(scenes.captions.keys[0].item<int64_t>(), scenes.captions.keys[1].item<int64_t>());
  const RelationTexts said =
      SplitTexts({"a left of b", "b left of a"}, [](const std::vector<std::string>& texts) {
        return torch::eye(24).narrow(0, 0, static_cast<int64_t>(texts.size()));
      });
  const PhraseBatch turned = said.Phrases(torch::tensor({1, 0}, torch::kInt64));
  EXPECT_TRUE(torch::equal(turned.texts, torch::tensor({0, 0, 1, 1}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(turned.places, torch::tensor({1, 2, 1, 2}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(turned.rows[0], turned.rows[3])) << "the same thing, exchanged";
}

TEST(RelationRun, LearnsOfPairsThatItHasNotSeen) {
  at::set_num_threads(1);
  const RelationScenes train = BrightAndDark({1, 2, 4, 5});
  const RelationScenes tests = BrightAndDark({3});
  const auto relations = Fresh();
  relations->Fit(tests.pictures.rows, tests.captions.known);
  RelationRun run(relations, &train, Steps(800));
  while (!run.done()) run.Step();
  const std::vector<PairScore> scores = ScorePairs(*relations, tests);
  ASSERT_EQ(scores.size(), 1u);
  EXPECT_EQ(scores[0].name, "bright");
  EXPECT_EQ(scores[0].count, 6);
  EXPECT_EQ(scores[0].right, 6);
  EXPECT_LT(run.history().back().loss, run.history().front().loss);
}

TEST(RelationRun, GoesOnFromACheckpointBitForBit) {
  const RelationScenes train = BrightAndDark({1, 2, 4, 5});
  ExpectGoesOnBitForBit([&] { return RelationRun(Fresh(), &train, Steps(6)); });
}

}  // namespace
}  // namespace imago
