#include "embed/torch/train_run.h"

#include <cmath>

#include "embed/torch/clip_model.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/starter_support.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using testing::HasSubstr;

BatchSampler Batches(uint64_t seed = 5) { return BatchSampler(TinySet(), {8, 4, 10, 0.5}, seed); }

TrainRunOptions Steps(int64_t steps) {
  TrainRunOptions options;
  options.steps = steps;
  options.learning_rate = 0.01;
  options.settings = "tiny";
  return options;
}

TEST(TrainRun, GoesOnFromACheckpointBitForBit) {
  at::set_num_threads(1);
  const BatchSampler batches = Batches();
  TrainRun whole(TinyModel(), &batches, Steps(12));
  while (!whole.done()) whole.Step();

  const std::string path = MakeTempDir() + "/checkpoint.safetensors";
  TrainRun first(TinyModel(), &batches, Steps(12));
  for (int i = 0; i < 5; ++i) first.Step();
  ASSERT_TRUE(first.Save(path).ok());
  TrainRun second(TinyModel(), &batches, Steps(12));
  const auto loaded = second.Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded;
  EXPECT_EQ(second.history().size(), 5u);
  while (!second.done()) second.Step();

  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(second.history()[i].loss, whole.history()[i].loss) << i;
    EXPECT_EQ(second.history()[i].logit_scale, whole.history()[i].logit_scale) << i;
    EXPECT_EQ(second.history()[i].learning_rate, whole.history()[i].learning_rate) << i;
  }
  const auto weights = WeightsByName(whole.model());
  for (const auto& [name, weight] : WeightsByName(second.model())) {
    EXPECT_TRUE(torch::equal(weight, weights.at(name))) << name;
  }
}

TEST(TrainRun, LearnsATinyBatchByHeart) {
  TrainSet set = TinySet(4, 1);
  set.label_texts = set.label_texts.narrow(1, 0, 1);  // one text each
  const BatchSampler batches(set, {4, 0, 10, 0}, 5);
  TrainRunOptions options = Steps(150);
  options.loss = {30, 0, 0};
  TrainRun run(TinyModel(), &batches, options);
  while (!run.done()) run.Step();
  EXPECT_GT(run.history().front().loss, 0.5);
  EXPECT_LT(run.history().back().loss, 0.1);
}

TEST(TrainRun, RefusesACheckpointOfOtherSettings) {
  const BatchSampler batches = Batches();
  const std::string path = MakeTempDir() + "/checkpoint.safetensors";
  TrainRun run(TinyModel(), &batches, Steps(3));
  run.Step();
  ASSERT_TRUE(run.Save(path).ok());
  TrainRunOptions other = Steps(3);
  other.settings = "huge";
  const auto status = TrainRun(TinyModel(), &batches, other).Load(path);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("tiny"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("huge"));
}

TEST(TrainRun, SaysThatThereIsNoCheckpoint) {
  const BatchSampler batches = Batches();
  const auto status = TrainRun(TinyModel(), &batches, Steps(3)).Load(MakeTempDir() + "/none");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
}

TEST(TrainRun, RefusesACutCheckpoint) {
  const BatchSampler batches = Batches();
  const std::string path = MakeTempDir() + "/checkpoint.safetensors";
  TrainRun run(TinyModel(), &batches, Steps(3));
  run.Step();
  ASSERT_TRUE(run.Save(path).ok());
  WriteTestFile(path, ReadTestFile(path).substr(0, 3000));
  EXPECT_EQ(TrainRun(TinyModel(), &batches, Steps(3)).Load(path).code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace imago
