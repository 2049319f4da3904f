#include "embed/torch/train_set.h"

#include <map>
#include <set>

#include "gtest/gtest.h"
#include "tests/embed/torch/starter_support.h"

namespace imago {
namespace {

bool Same(const TrainBatch& a, const TrainBatch& b) {
  return torch::equal(a.photos.features, b.photos.features) &&
         torch::equal(a.photos.texts, b.photos.texts) &&
         torch::equal(a.photos.keep, b.photos.keep) &&
         torch::equal(a.pairs.features, b.pairs.features);
}

TEST(BatchSampler, DrawsTheSameBatchForTheSameSeedAndStep) {
  const BatchSampler one(TinySet(), {8, 4, 10, 0.5}, 5);
  const BatchSampler two(TinySet(), {8, 4, 10, 0.5}, 5);
  const BatchSampler other(TinySet(), {8, 4, 10, 0.5}, 6);
  one.Draw(0);
  EXPECT_TRUE(Same(one.Draw(3), two.Draw(3)));
  EXPECT_FALSE(Same(one.Draw(3), one.Draw(4)));
  EXPECT_FALSE(Same(one.Draw(3), other.Draw(3)));
}

TEST(BatchSampler, PairsEachPhotoWithATextOfItsLabel) {
  const TrainSet set = TinySet();
  const TrainBatch batch = BatchSampler(set, {12, 4, 10, 0.5}, 5).Draw(0);
  std::set<int64_t> photos;
  for (int64_t i = 0; i < 12; ++i) {
    const int64_t label = batch.photos.keys[i].item<int64_t>();
    const torch::Tensor texts = set.label_texts[label];
    EXPECT_TRUE((texts == batch.photos.texts[i]).all(1).any().item<bool>());
    const torch::Tensor found = (set.features == batch.photos.features[i]).all(2).any(0);
    const int64_t photo = found.nonzero()[0][0].item<int64_t>();
    EXPECT_EQ(set.labels[photo].item<int64_t>(), label);
    photos.insert(photo);
  }
  EXPECT_EQ(photos.size(), 12u) << "without repetition";
}

TEST(BatchSampler, MixesTwoPhotosForATextAboutBoth) {
  TrainSet set = TinySet();
  // A photo is its label, so that a mixture tells what it is of.
  set.features = torch::one_hot(set.labels, 4).to(torch::kFloat32).unsqueeze(0);
  const TrainBatch batch = BatchSampler(set, {8, 32, 10, 0.5}, 5).Draw(0);
  for (int64_t i = 0; i < 32; ++i) {
    const int64_t key = batch.pairs.keys[i].item<int64_t>();
    const float first = batch.pairs.features[i][key / 4].item<float>();
    const float second = batch.pairs.features[i][key % 4].item<float>();
    EXPECT_NEAR(first + second, 1, 1e-6);
    EXPECT_GE(first, 0.3 - 1e-6);
    EXPECT_LE(first, 0.7 + 1e-6);
    const auto pair = (set.pair_texts == batch.pairs.texts[i]).all(1).nonzero()[0][0];
    EXPECT_EQ(set.pair_labels[pair.item<int64_t>()][0].item<int64_t>(), key / 4);
    EXPECT_EQ(set.pair_labels[pair.item<int64_t>()][1].item<int64_t>(), key % 4);
  }
}

TEST(BatchSampler, KeepsUnitsByChanceAndTheirMean) {
  const TrainBatch batch = BatchSampler(TinySet(), {8, 4, 1000, 0.5}, 5).Draw(0);
  EXPECT_NEAR(batch.photos.keep.mean().item<double>(), 1, 0.05);
  EXPECT_TRUE(((batch.photos.keep == 0) | (batch.photos.keep == 2)).all().item<bool>());
}

TEST(BatchSampler, DrawsRareLabelsMoreOftenThanTheirShare) {
  TrainSet set = TinySet(2, 1);
  set.labels = torch::cat({torch::zeros({90}, torch::kInt64), torch::ones({10}, torch::kInt64)});
  set.features = torch::randn({1, 100, kTinyHead.features});
  const BatchSampler batches(set, {1, 0, 10, 0.5}, 5);
  double rare = 0;
  for (int64_t step = 0; step < 2000; ++step) {
    rare += static_cast<double>(batches.Draw(step).photos.keys.item<int64_t>());
  }
  // 10 / sqrt(10) of 10 / sqrt(10) + 90 / sqrt(90) is a quarter.
  EXPECT_NEAR(rare / 2000, 0.25, 0.04);
}

}  // namespace
}  // namespace imago
