// The steps of a training of two towers, on tiny ones.

#include "embed/torch/pair_run.h"

#include <cmath>

#include "embed/torch/bag_of_tokens.h"
#include "embed/torch/vision_transformer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/pair_support.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using testing::HasSubstr;

// A run over a different random batch each step, with what it needs kept alive.
struct TinyRun {
  explicit TinyRun(const TrainPairOptions& options, PairSource source = nullptr)
      : model(TinyPairModel(options)),
        run(model, source ? source : Random(options), *collective, options, "tiny") {}

  static PairSource Random(const TrainPairOptions& options) {
    return [n = options.batch](int64_t step) { return RandomBatch(n, 100 + step); };
  }
  static PairSource Always(const PairBatch& batch) {
    return [batch](int64_t) { return batch; };
  }
  void Steps(int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      const auto status = run.Step();
      ASSERT_TRUE(status.ok()) << status;
    }
  }

  std::unique_ptr<Collective> collective = NewSingleProcess();
  std::shared_ptr<PairModel> model;
  PairRun run;
};

// The largest difference of two runs' weights.
double Difference(const torch::nn::Module& one, const torch::nn::Module& other) {
  const auto weights = WeightsByName(other);
  double most = 0;
  for (const auto& [name, weight] : WeightsByName(one)) {
    most = std::max(most, (weight - weights.at(name)).abs().max().item<double>());
  }
  return most;
}

TEST(PairRun, StartsNearTheLogarithmOfTheBatch) {
  TrainPairOptions options = TinyPairOptions();
  options.model.dim = 512;
  for (TowerConfig* tower : {&options.model.image_tower, &options.model.text_tower}) {
    tower->numbers["width"] = 512;
    tower->numbers["layers"] = 1;
  }
  PairBatch batch = RandomBatch(64, 5);
  batch.negatives = {};
  batch.negative_keys = torch::Tensor();
  TinyRun run(options, TinyRun::Always(batch));
  run.Steps(1);
  // The cosines of unrelated rows are about 512^-1/2: even 14 times that tells hardly anything
  // apart, and of 64 texts each is as likely as any other.
  EXPECT_NEAR(run.run.history()[0].loss, std::log(64), 0.05 * std::log(64));
}

TEST(PairRun, GoesOnFromACheckpointBitForBit) {
  at::set_num_threads(1);
  TrainPairOptions options = TinyPairOptions();
  options.ema = 0.9;
  options.loss = PairLossKind::kSigmoid;
  TinyRun whole(options);
  whole.Steps(8);
  const std::string path = MakeTempDir() + "/checkpoint.safetensors";
  {
    TinyRun first(options);
    first.Steps(3);
    ASSERT_TRUE(first.run.Save(path).ok());
  }
  TinyRun second(options);
  const auto loaded = second.run.Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded;
  second.Steps(5);
  EXPECT_EQ(Difference(*whole.model, *second.model), 0);
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(second.run.history()[i].loss, whole.run.history()[i].loss) << i;
  }
  EXPECT_GT(Difference(*whole.model->averaged, *whole.model->clip), 0);
}

TEST(PairRun, LearnsOneBatchByHeart) {
  TrainPairOptions options = TinyPairOptions();
  options.steps = 150;
  options.weight_decay = 0;
  const PairBatch batch = RandomBatch(12, 7);
  TinyRun run(options, TinyRun::Always(batch));
  run.Steps(150);
  const torch::NoGradGuard no_grad;
  const torch::Tensor scores =
      torch::matmul(run.model->clip->EncodeImages(batch.pixels),
                    run.model->clip->EncodeTexts(batch.texts.ids, batch.texts.lengths).t());
  EXPECT_TRUE(torch::equal(scores.argmax(1), batch.keys));
  EXPECT_TRUE(torch::equal(scores.argmax(0), batch.keys));
}

TrainPairOptions TokenOptions() {
  TrainPairOptions options = TinyPairOptions();
  options.loss = PairLossKind::kTokens;
  options.model.text_tower = {"bag-of-tokens", {}, {}};
  return options;
}

TEST(PairRun, LearnsToPredictTheTokensOfOneBatch) {
  TrainPairOptions options = TokenOptions();
  options.steps = 300;
  options.rate = options.image.rate = options.text.rate = 1e-2;
  options.weight_decay = 0;
  const PairBatch batch = RandomBatch(12, 7);
  TinyRun run(options, TinyRun::Always(batch));
  run.Steps(300);
  const torch::NoGradGuard no_grad;
  const auto* tower = run.model->clip->text->as<BagOfTokens>();
  const torch::Tensor shares = tower->Shares(batch.texts.ids, batch.texts.lengths);
  // The loss cannot fall below the entropy of the texts.
  const double least = -torch::xlogy(shares, shares).sum(1).mean().item<double>();
  EXPECT_LT(run.run.history().back().loss, least + 0.3);
  const torch::Tensor scores =
      torch::matmul(run.model->clip->EncodeImages(batch.pixels),
                    run.model->clip->EncodeTexts(batch.texts.ids, batch.texts.lengths).t());
  EXPECT_TRUE(torch::equal(scores.argmax(1), batch.keys));
}

TEST(BagOfTokens, IsTheMeanOfTheRealTokensInAnyOrder) {
  const auto tower = BagOfTokens::Make(10, 4, TowerInit::kPublished);
  const torch::Tensor ids = torch::tensor({{3, 5, 5, 9}, {5, 3, 5, 1}}, torch::kInt64);
  const torch::Tensor rows = tower->Forward(ids, torch::tensor({3, 3}, torch::kInt64));
  EXPECT_TRUE(torch::allclose(rows[0], rows[1]));
  EXPECT_TRUE(torch::allclose(rows[0], (tower->Rows()[3] + 2 * tower->Rows()[5]) / 3));
  EXPECT_FALSE(
      torch::allclose(tower->Forward(ids, torch::tensor({4, 4}, torch::kInt64))[0], rows[0]));
}

TEST(PairRun, HasTheGradientOfTheWholeBatchInMicroBatches) {
  TrainPairOptions options = TinyPairOptions();
  options.clip = 0;
  options.patch_dropout = 0.5;
  PairBatch batch = RandomBatch(12, 9);
  batch.patches = torch::randint(16, {12, 8}, torch::kInt64);
  TinyRun whole(options, TinyRun::Always(batch));
  options.micro_batch = 5;
  TinyRun parts(options, TinyRun::Always(batch));
  whole.Steps(1);
  parts.Steps(1);
  EXPECT_NEAR(whole.run.history()[0].loss, parts.run.history()[0].loss, 1e-5);
  const auto one = whole.model->named_parameters();
  for (const auto& item : parts.model->named_parameters()) {
    const torch::Tensor gradient = one[item.key()].grad();
    const double most = std::max(1.0, gradient.abs().max().item<double>());
    EXPECT_LT((gradient - item.value().grad()).abs().max().item<double>(), 1e-5 * most)
        << item.key();
  }
}

TEST(PairRun, KeepsBatchNormsStatisticsOncePerStep) {
  TrainPairOptions options = TinyPairOptions();
  options.model.preprocess.size = 32;
  options.model.image_tower.kind = "modified-resnet";
  options.model.image_tower.numbers = {{"size", 32},   {"width", 8},   {"heads", 2},
                                       {"blocks1", 1}, {"blocks2", 1}, {"blocks3", 1},
                                       {"blocks4", 1}};
  options.model.image_tower.words = {};
  options.micro_batch = 6;
  PairBatch batch = RandomBatch(12, 9);
  batch.pixels = torch::randn({12, 3, 32, 32});
  TinyRun run(options, TinyRun::Always(batch));
  run.Steps(1);
  for (const auto& item : run.model->clip->named_buffers()) {
    if (!item.key().ends_with("num_batches_tracked")) continue;
    EXPECT_EQ(item.value().item<int64_t>(), 2) << item.key();
  }
}

TowerConfig Tower(const std::string& kind) {
  TowerConfig tower;
  tower.kind = kind;
  tower.words = {{"activation", "gelu"}};
  if (kind == "modified-resnet") {
    tower.words = {};
    tower.numbers = {{"size", 32},   {"width", 8},   {"heads", 2},  {"blocks1", 1},
                     {"blocks2", 1}, {"blocks3", 1}, {"blocks4", 1}};
  } else if (kind == "efficientnet-lite0-posterior") {
    tower.words = {};
    tower.numbers = {
        {"size", 32}, {"hidden", 8}, {"detail", 4}, {"detail_percent", 50}, {"classes", 10}};
  } else if (kind == "bert-centred") {
    tower.words = {};
    tower.numbers = {{"width", 12}, {"layers", 2}, {"heads", 2}, {"positions", 8}};
  } else if (kind == "vit" || kind == "siglip-vit") {
    tower.numbers = {{"size", 32}, {"patch", 16}, {"width", 16}, {"layers", 2}, {"heads", 2}};
  } else {
    tower.numbers = {{"context", 8}, {"width", 16}, {"layers", 2}, {"heads", 2}};
  }
  return tower;
}

struct Pairing {
  const char* image;
  const char* text;
  bool bfloat16;
};
class AnyPairing : public testing::TestWithParam<Pairing> {};
INSTANTIATE_TEST_SUITE_P(
    PairRun, AnyPairing,
    testing::Values(Pairing{"vit", "siglip-text", true}, Pairing{"siglip-vit", "clip-text", true},
                    Pairing{"modified-resnet", "clip-text", false},
                    Pairing{"modified-resnet", "clip-text", true},
                    Pairing{"modified-resnet", "bert-centred", false},
                    Pairing{"vit", "bert-centred", false},
                    Pairing{"efficientnet-lite0-posterior", "bert-centred", false}));

TEST_P(AnyPairing, LearnsOnItsLastBlocksAndOnAll) {
  const bool posterior = std::string(GetParam().image).ends_with("posterior");
  for (const TrainedPart& part : {TrainedPart{}, TrainedPart{TrainedPart::Kind::kLast, 1}}) {
    TrainPairOptions options = TinyPairOptions();
    options.model.dim = 16;
    options.model.image_tower = Tower(GetParam().image);
    options.model.text_tower = Tower(GetParam().text);
    options.bfloat16 = GetParam().bfloat16;
    options.image.part = options.text.part = part;
    if (posterior) options.batch = 4;
    PairBatch batch = RandomBatch(options.batch, 9);
    batch.pixels = torch::randn({options.batch, 3, 32, 32});
    TinyRun run(options, TinyRun::Always(batch));
    run.Steps(2);
    const auto before = TinyPairModel(options)->clip->Weights();
    int image = 0;
    int text = 0;
    for (const auto& item : run.model->clip->named_parameters()) {
      if (torch::equal(item.value(), before.at(item.key()))) continue;
      EXPECT_TRUE(item.value().requires_grad()) << item.key();
      ++(item.key().starts_with("image.") ? image : text);
    }
    EXPECT_GT(image, 1);
    EXPECT_GT(text, 1);
  }
}

TEST(PairRun, LeavesFrozenTowersAndEarlyBlocksAsTheyAre) {
  TrainPairOptions options = TinyPairOptions();
  options.image.part.kind = TrainedPart::Kind::kFrozen;
  options.text.part = {TrainedPart::Kind::kLast, 1};
  // One batch: drawing the next on another thread would disturb the generator of `before`.
  TinyRun run(options, TinyRun::Always(RandomBatch(options.batch, 9)));
  run.Steps(2);
  const auto before = TinyPairModel(options)->clip->Weights();
  for (const auto& [name, weight] : run.model->clip->Weights()) {
    const bool late = name == "logit_scale" || name == "text.text_projection" ||
                      name.starts_with("text.ln_final") ||
                      name.starts_with("text.transformer.resblocks.1.");
    EXPECT_EQ(torch::equal(weight, before.at(name)), !late) << name;
  }
}

TEST(PairRun, RefusesMoreBlocksThanThereAre) {
  TrainPairOptions options = TinyPairOptions();
  options.text.part = {TrainedPart::Kind::kLast, 3};
  const auto status = MakePairModel(options, kTinyVocab, 0).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("last 3 blocks"));
}

TEST(PairRun, DrawsTheRowsToThoseOfTheTeacher) {
  TrainPairOptions options = TinyPairOptions();
  options.steps = 60;
  options.teacher_weight = 5;
  PairBatch batch = RandomBatch(12, 3);
  batch.teacher_pictures = torch::nn::functional::normalize(torch::randn({12, 10}));
  batch.teacher_texts = batch.teacher_pictures;
  const auto collective = NewSingleProcess();
  const auto model = TinyPairModel(options, 10);
  PairRun run(model, TinyRun::Always(batch), *collective, options, "tiny");
  while (!run.done()) ASSERT_TRUE(run.Step().ok());
  EXPECT_LT(run.history().back().loss, run.history().front().loss / 2);
  ASSERT_NE(model->teacher_map, nullptr);
}

TEST(PairRun, ComputesInBfloat16WithFloat32Weights) {
  TrainPairOptions options = TinyPairOptions();
  const PairBatch batch = RandomBatch(12, 9);
  TinyRun exact(options, TinyRun::Always(batch));
  options.bfloat16 = true;
  TinyRun rounded(options, TinyRun::Always(batch));
  exact.Steps(4);
  rounded.Steps(4);
  for (const auto& [name, weight] : rounded.model->clip->Weights()) {
    EXPECT_EQ(weight.scalar_type(), torch::kFloat32) << name;
  }
  EXPECT_NE(rounded.run.history()[0].loss, exact.run.history()[0].loss);
  EXPECT_NEAR(rounded.run.history()[3].loss, exact.run.history()[3].loss, 0.1);
}

TEST(PairRun, StopsWhenTheLossIsNoNumber) {
  PairBatch batch = RandomBatch(12, 9);
  batch.pixels[0][0][0][0] = NAN;
  TinyRun run(TinyPairOptions(), TinyRun::Always(batch));
  const auto status = run.run.Step();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("step 0"));
}

TEST(ScheduleFactor, RisesThenFallsAsAsked) {
  TrainPairOptions options;
  options.steps = 110;
  options.warmup = 10;
  EXPECT_DOUBLE_EQ(ScheduleFactor(options, 0), 0.1);
  EXPECT_DOUBLE_EQ(ScheduleFactor(options, 9), 1);
  EXPECT_NEAR(ScheduleFactor(options, 60), 0.5, 1e-12);
  options.schedule = RateSchedule::kLinear;
  EXPECT_NEAR(ScheduleFactor(options, 35), 0.75, 1e-12);
  options.schedule = RateSchedule::kConstant;
  EXPECT_EQ(ScheduleFactor(options, 109), 1);
}

TEST(VisionTransformer, SeesAllOfAPictureWhosePatchesAreAllKept) {
  const torch::NoGradGuard no_grad;
  const auto model = TinyPairModel(TinyPairOptions());
  auto* vit = model->clip->image->as<VisionTransformer>();
  ASSERT_NE(vit, nullptr);
  const torch::Tensor pixels = torch::randn({3, 3, 16, 16});
  const torch::Tensor all = torch::arange(16).unsqueeze(0).expand({3, 16});
  EXPECT_TRUE(torch::allclose(vit->ForwardSome(pixels, all), vit->Forward(pixels), 1e-4, 1e-5));
  const torch::Tensor half = all.slice(1, 8);
  torch::Tensor other = pixels.clone();
  other.slice(2, 0, 8).zero_();  // patches 0 to 7 are the upper half
  EXPECT_TRUE(
      torch::allclose(vit->ForwardSome(pixels, half), vit->ForwardSome(other, half), 1e-4, 1e-5));
  EXPECT_FALSE(torch::allclose(vit->Forward(pixels), vit->Forward(other)));
}

}  // namespace
}  // namespace imago
