#include "embed/linear_probe.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "gtest/gtest.h"
#include "torch/torch.h"

namespace imago {
namespace {

struct Blobs {
  Matrix rows;
  std::vector<int> labels;
};

// Unit rows around one direction for each label.
Blobs MakeBlobs(size_t n, int labels, float noise, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Blobs blobs;
  blobs.rows = Matrix(n, 16);
  for (size_t i = 0; i < n; ++i) {
    const int label = static_cast<int>(i) % labels;
    blobs.labels.push_back(label);
    float sum = 0;
    for (size_t d = 0; d < 16; ++d) {
      const float value = (static_cast<int>(d) == label ? 1.0f : 0.0f) + noise * normal(random);
      blobs.rows.row(i)[d] = value;
      sum += value * value;
    }
    for (size_t d = 0; d < 16; ++d) blobs.rows.row(i)[d] /= std::sqrt(sum);
  }
  return blobs;
}

double ShareOf(const std::vector<uint8_t>& hits) {
  double sum = 0;
  for (const uint8_t hit : hits) sum += hit;
  return sum / static_cast<double>(hits.size());
}

class LinearProbeTest : public testing::Test {
 protected:
  void SetUp() override { at::set_num_threads(1); }
};

TEST_F(LinearProbeTest, TellsClustersApartThatItNeverSaw) {
  const Blobs train = MakeBlobs(120, 4, 0.15f, 1);
  const Blobs test = MakeBlobs(80, 4, 0.15f, 2);
  const auto result = LinearProbe({train.rows, train.labels, test.rows, test.labels});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(ShareOf(result->hits), 0.95);
}

TEST_F(LinearProbeTest, GuessesWhereLabelsHaveNothingToDoWithRows) {
  const Blobs train = MakeBlobs(200, 4, 0.15f, 1);
  Blobs test = MakeBlobs(400, 4, 0.15f, 2);
  std::mt19937 random(3);
  std::vector<int> shuffled = train.labels;
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  const auto result = LinearProbe({train.rows, shuffled, test.rows, test.labels});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_LT(ShareOf(result->hits), 0.45);
}

TEST_F(LinearProbeTest, ChoosesAStrongPenaltyForFewNoisyPicturesAndNamesTheCounts) {
  const Blobs noisy = MakeBlobs(40, 2, 1.5f, 5);
  const Blobs test = MakeBlobs(40, 2, 1.5f, 6);
  EXPECT_TRUE(LinearProbe({noisy.rows, noisy.labels, test.rows, test.labels}).ok());
  const Blobs few = MakeBlobs(4, 2, 0.1f, 7);
  const auto status = LinearProbe({few.rows, few.labels, test.rows, test.labels}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("4 and 2"), absl::string_view::npos);
}

}  // namespace
}  // namespace imago
