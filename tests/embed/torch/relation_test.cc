#include "embed/torch/relation.h"

#include <cmath>

#include "embed/torch/clip_model.h"
#include "embed/torch/relation_run.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

constexpr RelationShape kMapShape = {6, 32, 2, 4, 8};
constexpr RelationShape kWordShape = {8, 32, 2, 5, 8};

// A relation whose last layer is not zero.
Relation Awake(const RelationShape& shape) {
  torch::manual_seed(5);
  Relation relation(shape);
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : relation.parameters()) parameter.normal_(0, 0.3);
  return relation;
}

TEST(Relation, AddsNothingUntilItHasLearned) {
  Relation relation(kMapShape);
  EXPECT_EQ(relation.ForwardMap(torch::randn({2, 6, 2, 2})).abs().max().item<float>(), 0);
}

TEST(Relation, SeesWhichThingStandsWhere) {
  const torch::NoGradGuard no_grad;
  Relation relation = Awake(kMapShape);
  const torch::Tensor map = torch::randn({1, 6, 2, 2});
  const torch::Tensor mirrored = map.flip({3});
  EXPECT_TRUE(torch::allclose(map.mean({2, 3}), mirrored.mean({2, 3}), 1e-5, 1e-6));
  const torch::Tensor gap = relation.ForwardMap(map) - relation.ForwardMap(mirrored);
  EXPECT_GT(gap.norm().item<float>(), 0.01);
}

TEST(Relation, TakesMapsOfOtherSizes) {
  const torch::NoGradGuard no_grad;
  Relation relation = Awake(kMapShape);
  const torch::Tensor map = torch::randn({1, 6, 1, 1});
  const torch::Tensor large = relation.ForwardMap(map.expand({1, 6, 4, 4}));
  const torch::Tensor small = relation.ForwardMap(map.expand({1, 6, 2, 2}));
  EXPECT_EQ(large.sizes(), small.sizes());
  EXPECT_GT((large * small).sum().item<float>(),
            0.9f * (large.norm() * small.norm()).item<float>());
}

TEST(Relation, PaddingDoesNotChangeWords) {
  const torch::NoGradGuard no_grad;
  Relation relation = Awake(kWordShape);
  const torch::Tensor words = torch::randn({1, 5, 8});
  const torch::Tensor three = torch::tensor({3}, torch::kInt64);
  const torch::Tensor cut = relation.ForwardWords(words.narrow(1, 0, 3), three);
  EXPECT_TRUE(torch::allclose(relation.ForwardWords(words, three), cut, 1e-4, 1e-5));
}

TEST(MakeRelation, IsNullWithoutAWidthAndNamesABadOne) {
  TowerConfig config;
  config.kind = "bert-centred";
  EXPECT_EQ(*MakeRelation(config, 4, 4, TowerInit::kNone), nullptr);
  config.numbers = {{"relation_width", 40}, {"relation_layers", 1}};
  EXPECT_THAT(std::string(MakeRelation(config, 4, 4, TowerInit::kNone).status().message()),
              testing::HasSubstr("relation_width is 40"));
  config.numbers["relation_width"] = 64;
  EXPECT_EQ((*MakeRelation(config, 4, 4, TowerInit::kNone))->shape().width, 64);
}

RowFiles Files(const std::string& name, const torch::Tensor& rows) {
  RowCache cache;
  cache.dir = MakeTempDir();
  cache.name = name;
  return *RowFiles::Make(cache, rows.size(0), [&rows](int64_t begin, int64_t end) {
    return absl::StatusOr<torch::Tensor>(rows.slice(0, begin, end));
  });
}

torch::Tensor UnitRows(const torch::Tensor& rows) { return torch::nn::functional::normalize(rows); }

// Two things side by side: thing a in the left place and b in the right, said as "a b", and its
// counterpart. The means of both captions, and of both pictures, are equal.
RelationSet TwoPlaces(int64_t count) {
  torch::manual_seed(6);
  const torch::Tensor things = torch::randn({4, 6});
  const torch::Tensor names = torch::randn({4, 8});
  std::vector<torch::Tensor> maps;
  std::vector<torch::Tensor> captions;
  std::vector<int64_t> keys;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t one = i / 2 % 4;
    const int64_t other = (one + 1 + i / 8 % 3) % 4;
    const int64_t a = i % 2 == 0 ? one : other;
    const int64_t b = i % 2 == 0 ? other : one;
    keys.push_back(4 * a + b);
    maps.push_back(torch::stack({things[a], things[b], things[a], things[b]}).view({2, 2, 6}));
    captions.push_back(torch::stack({names[a], names[b]}));
  }
  const torch::Tensor words = torch::stack(captions);
  const auto lengths = [](int64_t n) { return torch::full({n}, 2, torch::kInt64); };
  RelationSet set;
  set.scenes = {Files("maps", torch::stack(maps)),
                UnitRows(torch::stack(maps).mean({1, 2}).matmul(torch::ones({6, 8})))};
  set.captions = {Files("words", words), lengths(count), UnitRows(words.mean(1)),
                  torch::tensor(keys, torch::kInt64)};
  set.photos = {Files("photos", torch::randn({5, 2, 2, 6})), UnitRows(torch::randn({5, 8}))};
  set.plain = {Files("plain", torch::randn({5, 2, 8})), lengths(5), UnitRows(torch::randn({5, 8})),
               torch::arange(5)};
  return set;
}

RelationOptions Steps(int64_t steps) {
  RelationOptions options;
  options.steps = steps;
  options.scenes = 12;
  options.plain = 4;
  options.rate = 0.003;
  options.still = 0.1;
  options.settings = "two places";
  return options;
}

std::shared_ptr<RelationModel> Model() {
  torch::manual_seed(7);
  return std::make_shared<RelationModel>(kMapShape, kWordShape);
}

TEST(RelationRun, LearnsWhatMeansCannotTell) {
  at::set_num_threads(1);
  const RelationSet set = TwoPlaces(24);
  const auto model = Model();
  EXPECT_LT(PairAccuracy(*model, set.scenes, set.captions), 0.75);
  RelationRun run(model, &set, Steps(800));
  while (!run.done()) run.Step();
  EXPECT_GT(PairAccuracy(*model, set.scenes, set.captions), 0.9);
  EXPECT_LT(run.history().back().loss, run.history().front().loss);
}

TEST(RelationRun, GoesOnFromACheckpointBitForBit) {
  at::set_num_threads(1);
  const RelationSet set = TwoPlaces(24);
  RelationRun whole(Model(), &set, Steps(6));
  while (!whole.done()) whole.Step();
  const std::string path = MakeTempDir() + "/checkpoint.safetensors";
  RelationRun first(Model(), &set, Steps(6));
  for (int i = 0; i < 3; ++i) first.Step();
  ASSERT_TRUE(first.Save(path).ok());
  RelationRun second(Model(), &set, Steps(6));
  const auto loaded = second.Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded;
  while (!second.done()) second.Step();
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(second.history()[i].loss, whole.history()[i].loss) << i;
  }
}

}  // namespace
}  // namespace imago
