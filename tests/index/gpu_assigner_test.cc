#include "index/gpu_assigner.h"

#include <faiss/IndexFlat.h>

#include "gtest/gtest.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

TEST(GpuAssigner, FindsTheCentroidsThatTheCpuFinds) {
  constexpr int kDim = 96;
  constexpr size_t kCentroids = 300, kPoints = 5000;
  const std::unique_ptr<faiss::Index> gpu = NewGpuAssigner(kDim, kCentroids);
  if (gpu == nullptr) GTEST_SKIP() << "no GPU, or FAISS was built without (tools/setup --cuda)";
  std::mt19937 random(1);
  const Matrix centroids = RandomUnitRows(kCentroids, kDim, random);
  const Matrix points = RandomUnitRows(kPoints, kDim, random);
  faiss::IndexFlatIP cpu(kDim);
  const auto search = [&](faiss::Index& index) {
    index.add(kCentroids, centroids.data());
    std::vector<float> scores(kPoints);
    std::vector<int64_t> found(kPoints);
    index.search(kPoints, points.data(), 1, scores.data(), found.data());
    return found;
  };
  const std::vector<int64_t> expected = search(cpu), found = search(*gpu);
  size_t same = 0;
  for (size_t i = 0; i < kPoints; ++i) same += found[i] == expected[i];
  EXPECT_GE(same, kPoints - 5) << "but for ties that rounding breaks";
}

}  // namespace
}  // namespace imago
