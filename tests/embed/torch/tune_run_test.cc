// Training of a picture network's later blocks with the head over it, on tiny pictures.

#include "embed/torch/tune_run.h"

#include <cmath>

#include "embed/torch/clip_model.h"
#include "embed/torch/posterior_tower.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/starter_support.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

using testing::HasSubstr;

constexpr size_t kFrom = 2;
std::shared_ptr<EfficientNetLite> TinyTrunk() {
  torch::manual_seed(3);
  EfficientNetLiteOptions options;
  options.stages = {{1, 3, 1, 1, 16}, {2, 5, 2, 6, 24}, {1, 3, 2, 2, 8}};
  options.features = kTinyHead.features;
  options.classes = 0;
  auto trunk = std::make_shared<EfficientNetLite>(options);
  trunk->FoldBatchNorm();
  return trunk;
}

// The maps of eight pictures in plain colours, number 0 to 7 or 8 to 15, in two views.
TuneKind ColourKind(const std::string& dir, int first) {
  TuneKind kind;
  for (int view = 0; view < 2; ++view) {
    RowCache cache;
    cache.dir = dir;
    cache.name = std::to_string(first) + "-" + std::to_string(view);
    cache.type = TensorType::kF16;
    const auto source = [&](int64_t begin, int64_t end) -> absl::StatusOr<torch::Tensor> {
      const torch::NoGradGuard no_grad;
      torch::Tensor pixels = 0.01 * torch::arange(first + view, first + view + 8)
                                        .view({8, 1, 1, 1})
                                        .expand({8, 3, 32, 32})
                                        .clone();
      for (int64_t i = 0; i < 8; ++i) {
        if (i % 4 < 3) pixels[i][i % 4].fill_(1);
      }
      return TinyTrunk()->PlacesBefore(pixels, kFrom).permute({0, 2, 3, 1}).slice(0, begin, end);
    };
    kind.views.push_back(*RowFiles::Make(cache, 8, source));
  }
  return kind;
}

// Eight photos and eight drawings, whose labels are their colours.
TuneSet ColourSet() {
  TuneSet set;
  const std::string dir = MakeTempDir();
  set.kinds = {ColourKind(dir, 0), ColourKind(dir, 8)};
  set.labels = torch::arange(16).remainder(4);
  torch::manual_seed(4);
  set.label_texts = UnitNormal({4, 3, kTinyHead.width});
  return set;
}

TuneSampler Batches(uint64_t seed = 5) {
  return *TuneSampler::Make(ColourSet(), {8, kTinyHead.hidden, 0.5}, seed);
}

TuneOptions Steps(int64_t steps) {
  TuneOptions options;
  options.steps = steps;
  options.from_block = kFrom;
  options.trunk_rate = 0.003;
  options.head_rate = 0.01;
  options.settings = "tiny";
  return options;
}

FirstModel First(const StarterModel& model) { return {TinyTrunk(), kFrom, *model.head}; }

TuneRun MakeRun(const TuneSampler& batches, const TuneOptions& options,
                const std::shared_ptr<EfficientNetLite>& trunk = TinyTrunk()) {
  const auto starter = TinyModel();
  return TuneRun(std::make_shared<TuneModel>(trunk, starter), First(*starter), &batches, options);
}

TEST(TuneSampler, DrawsTheSameBatchForTheSameSeedAndStep) {
  const TuneSampler batches = Batches();
  const TuneBatch one = batches.Draw(3);
  const TuneBatch same = batches.Draw(3);
  const TuneBatch next = batches.Draw(4);
  EXPECT_TRUE(torch::equal(one.maps, same.maps));
  EXPECT_TRUE(torch::equal(one.labels, same.labels));
  EXPECT_TRUE(torch::equal(one.keep, same.keep));
  EXPECT_EQ(one.text, same.text);
  EXPECT_FALSE(torch::equal(one.maps, next.maps));
}

TEST(TuneSampler, DrawsAThirdPhotosAndNoPictureTwice) {
  TuneSet set = ColourSet();
  set.labels = torch::arange(16);
  set.label_texts = UnitNormal({16, 3, kTinyHead.width});
  const auto batches = TuneSampler::Make(set, {9, 10, 0.5}, 1);
  const TuneBatch batch = batches->Draw(0);
  EXPECT_EQ(batch.photos, 3);
  EXPECT_TRUE((batch.labels.narrow(0, 0, 3) < 8).all().item<bool>());
  EXPECT_TRUE((batch.labels.narrow(0, 3, 6) >= 8).all().item<bool>());
  EXPECT_EQ(std::get<0>(torch::_unique2(batch.labels)).size(0), 9);
}

TEST(TuneSampler, PutsAPartOfAnotherPhotoIntoEachCollage) {
  const auto batches = TuneSampler::Make(ColourSet(), {9, 10, 0.5}, 1);
  const TuneBatch batch = batches->Draw(0);
  ASSERT_EQ(batch.collages, 3);
  ASSERT_EQ(batch.maps.size(0), 12);
  const torch::Tensor photos = batch.maps.narrow(0, 3, 3);
  for (int64_t i = 0; i < 3; ++i) {
    const torch::Tensor own = (batch.maps[i] == photos[i]).all(0);
    EXPECT_TRUE(own.any().item<bool>()) << i;
    EXPECT_FALSE(own.all().item<bool>()) << i;
    torch::Tensor other = torch::zeros_like(own);
    for (int64_t j = 0; j < 3; ++j) {
      if (j != i) other = other | (batch.maps[i] == photos[j]).all(0);
    }
    EXPECT_TRUE((own | other).all().item<bool>()) << i;
  }
}

TEST(TuneSampler, NamesAManifestThatIsTooSmall) {
  TuneSet set = ColourSet();
  const auto status = TuneSampler::Make(set, {32, 10, 0.5}, 1).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("manifest 1 has 8 pictures"));
}

TuneRows RandomRows(const TuneBatch& batch, const torch::Tensor& texts) {
  const auto maps = [](int64_t n) { return torch::rand({n, kTinyHead.features, 2, 3}); };
  return {maps(batch.maps.size(0)), maps(batch.collages + batch.photos), texts};
}

TEST(TuneLoss, EqualsASumOverRowsByHand) {
  const torch::NoGradGuard no_grad;
  const TuneSampler sampler = Batches();
  const TuneBatch batch = sampler.Draw(0);
  const auto model = TinyModel();
  TuneOptions options = Steps(1);
  options.teach_rows = options.teach_maps = 0;
  torch::manual_seed(8);
  const TuneRows looked_at = RandomRows(batch, sampler.set().label_texts.select(1, batch.text));
  const double loss = TuneLoss(*model, First(*model), batch, looked_at, options).item<double>();

  const torch::Tensor rows = model->head->Semantic(
      MeanFeatures(looked_at.places).narrow(0, batch.collages, 8), batch.keep);
  const torch::Tensor names = model->centre->Forward(looked_at.texts);
  const double scale = std::exp(model->logit_scale.item<double>());
  const auto dot = [&](int64_t i, int64_t label) {
    return scale * (rows[i] * names[label]).sum().item<double>();
  };
  const auto label = [&](int64_t i) { return batch.labels[i].item<int64_t>(); };
  double among_labels = 0;
  double within = 0;
  for (int64_t i = 0; i < 8; ++i) {
    double all = 0;
    double texts_of_batch = 0;
    double pictures_of_batch = 0;
    for (int64_t l = 0; l < 4; ++l) all += std::exp(dot(i, l));
    for (int64_t j = 0; j < 8; ++j) {
      texts_of_batch += std::exp(dot(i, label(j)));
      pictures_of_batch += std::exp(dot(j, label(i)));
    }
    among_labels -= std::log(std::exp(dot(i, label(i))) / all) / 8;
    double positives = 0;
    double sum = 0;
    for (int64_t j = 0; j < 8; ++j) {
      if (label(j) != label(i)) continue;
      ++positives;
      sum -= std::log(std::exp(dot(i, label(j))) / texts_of_batch) +
             std::log(std::exp(dot(j, label(i))) / pictures_of_batch);
    }
    within += sum / positives / 2 / 8;
  }
  EXPECT_NEAR(loss, among_labels + within, 1e-4);
}

TEST(TuneLoss, DoesNotTellApartLabelsOfTheSameMeaning) {
  const torch::NoGradGuard no_grad;
  const TuneSampler sampler = Batches();
  auto batch = sampler.Draw(0);
  const auto model = TinyModel();
  const torch::Tensor texts = sampler.set().label_texts.select(1, batch.text);
  TuneRows rows = RandomRows(batch, texts);
  const auto loss = [&](const torch::Tensor& names) {
    rows.texts = names;
    return TuneLoss(*model, First(*model), batch, rows, Steps(1)).item<double>();
  };
  // A fifth label that means what the first does adds nothing to the loss of the first's pictures.
  batch.labels.fill_(0);
  const torch::Tensor twin = torch::cat({texts, texts.narrow(0, 0, 1)});
  EXPECT_NEAR(loss(twin), loss(texts), 1e-5);
  const torch::Tensor other = torch::cat({texts, -texts.narrow(0, 0, 1)});
  EXPECT_GT(loss(other), loss(texts));
}

TEST(TuneLoss, CountsWhatPhotosAndCollagesHaveMovedByHand) {
  const torch::NoGradGuard no_grad;
  const TuneSampler sampler = Batches();
  const TuneBatch batch = sampler.Draw(0);
  const auto model = TinyModel();
  const FirstModel first = First(*model);
  TuneRows rows = RandomRows(batch, sampler.set().label_texts.select(1, batch.text));
  const auto loss = [&](double teach_rows, double teach_maps) {
    TuneOptions options = Steps(1);
    options.teach_rows = teach_rows;
    options.teach_maps = teach_maps;
    return TuneLoss(*model, first, batch, rows, options).item<double>();
  };
  const int64_t taught = rows.first.size(0);
  ASSERT_EQ(taught, 4);
  double moved_rows = 0;
  double moved_maps = 0;
  for (int64_t i = 0; i < taught; ++i) {
    const auto row = [&](const torch::Tensor& map) {
      return model->head->Semantic(map[i].mean({1, 2}).unsqueeze(0));
    };
    moved_rows += (1 - (row(rows.places) * row(rows.first)).sum().item<double>()) / taught;
    moved_maps += ((rows.places[i] - rows.first[i]).square().sum() / rows.first[i].square().sum())
                      .item<double>() /
                  taught;
  }
  EXPECT_NEAR(loss(1, 0) - loss(0, 0), moved_rows, 1e-5);
  EXPECT_NEAR(loss(0, 1) - loss(0, 0), moved_maps, 1e-5);
  rows.places.narrow(0, 0, taught).copy_(rows.first);
  EXPECT_NEAR(loss(2, 3), loss(0, 0), 1e-5);
}

TEST(TuneRun, GoesOnFromACheckpointBitForBit) {
  at::set_num_threads(1);
  const TuneSampler batches = Batches();
  const auto whole_trunk = TinyTrunk();
  TuneRun whole = MakeRun(batches, Steps(8), whole_trunk);
  while (!whole.done()) whole.Step();

  const std::string path = MakeTempDir() + "/checkpoint.safetensors";
  TuneRun first = MakeRun(batches, Steps(8));
  for (int i = 0; i < 3; ++i) first.Step();
  ASSERT_TRUE(first.Save(path).ok());
  const auto trunk = TinyTrunk();
  TuneRun second = MakeRun(batches, Steps(8), trunk);
  const auto loaded = second.Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded;
  while (!second.done()) second.Step();

  for (size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(second.history()[i].loss, whole.history()[i].loss) << i;
  }
  const auto weights = WeightsByName(*whole_trunk);
  for (const auto& [name, weight] : WeightsByName(*trunk)) {
    EXPECT_TRUE(torch::equal(weight, weights.at(name))) << name;
  }
}

TEST(MoveTowards, GoesBackByTheShareAskedFor) {
  torch::nn::Linear module(2, 1);
  const torch::NoGradGuard no_grad;
  module->weight.fill_(1);
  const std::vector<torch::Tensor> beginning = CopyParameters(*module);
  module->weight.fill_(3);
  MoveTowards(beginning, 0.25, *module);
  EXPECT_EQ(module->weight[0][0].item<float>(), 2.5f);
  MoveTowards(beginning, 1, *module);
  EXPECT_EQ(module->weight[0][1].item<float>(), 1.0f);
}

TEST(TuneRun, LeavesTheEarlyBlocksAsTheyAre) {
  const TuneSampler batches = Batches();
  const auto trunk = TinyTrunk();
  TuneRun run = MakeRun(batches, Steps(2), trunk);
  while (!run.done()) run.Step();
  const auto before = WeightsByName(*TinyTrunk());
  for (const auto& [name, weight] : WeightsByName(*trunk)) {
    const bool late = name.starts_with("conv_head") || name.starts_with("blocks.2") ||
                      name.starts_with("blocks.3");
    EXPECT_EQ(torch::equal(weight, before.at(name)), !late) << name;
  }
}

TEST(TuneRun, LearnsColoursByHeart) {
  TuneSet set = ColourSet();
  set.label_texts = set.label_texts.narrow(1, 0, 1);  // one text each
  const auto batches = TuneSampler::Make(set, {8, kTinyHead.hidden, 0}, 5);
  TuneOptions options = Steps(120);
  options.teach_rows = options.teach_maps = 0;
  TuneRun run = MakeRun(*batches, options);
  while (!run.done()) run.Step();
  EXPECT_LT(run.history().back().loss, run.history().front().loss / 2);
}

TEST(TuneRun, RefusesACheckpointOfOtherSettings) {
  const TuneSampler batches = Batches();
  const std::string path = MakeTempDir() + "/checkpoint.safetensors";
  TuneRun run = MakeRun(batches, Steps(2));
  run.Step();
  ASSERT_TRUE(run.Save(path).ok());
  TuneOptions other = Steps(2);
  other.settings = "huge";
  EXPECT_EQ(MakeRun(batches, other).Load(path).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace imago
