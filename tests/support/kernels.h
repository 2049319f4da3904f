#ifndef IMAGO_TESTS_SUPPORT_KERNELS_H_
#define IMAGO_TESTS_SUPPORT_KERNELS_H_

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/kernels.h"
#include "kernels/row_mask.h"

namespace imago {

// Normal deviates.
inline Matrix RandomMatrix(size_t rows, size_t cols, std::mt19937& random) {
  std::normal_distribution<float> normal;
  Matrix out(rows, cols);
  for (size_t i = 0; i < rows * cols; ++i) out.data()[i] = normal(random);
  return out;
}

inline Matrix RandomUnitRows(size_t rows, size_t cols, std::mt19937& random) {
  Matrix out = RandomMatrix(rows, cols, random);
  NormalizeRows(out);
  return out;
}

// Unit rows around `clusters` random directions, as embeddings lie.
inline Matrix ClusteredUnitRows(size_t rows, size_t cols, size_t clusters, std::mt19937& random) {
  const Matrix centers = RandomUnitRows(clusters, cols, random);
  std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(cols)));
  Matrix out(rows, cols);
  for (size_t r = 0; r < rows; ++r) {
    const float* center = centers.row(random() % clusters);
    for (size_t i = 0; i < cols; ++i) out.row(r)[i] = center[i] + normal(random);
  }
  NormalizeRows(out);
  return out;
}

inline RowMask RandomMask(size_t rows, double share, std::mt19937& random) {
  std::bernoulli_distribution keep(share);
  RowMask out(rows);
  for (size_t r = 0; r < rows; ++r) out.Set(r, keep(random));
  return out;
}

// Runs a test once for each table of functions that this CPU has, with that table in use.
class EachKernels : public testing::TestWithParam<const Kernels*> {
 protected:
  void SetUp() override { ASSERT_TRUE(SetKernels(GetParam()->name)); }
  void TearDown() override { SetKernels(before_); }

 private:
  std::string before_ = ActiveKernels().name;
};

inline std::string KernelsName(const testing::TestParamInfo<const Kernels*>& info) {
  return info.param->name;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace imago

#define IMAGO_FOR_EACH_KERNELS(suite)                                                \
  INSTANTIATE_TEST_SUITE_P(All, suite, testing::ValuesIn(imago::AvailableKernels()), \
                           imago::KernelsName)

#endif  // IMAGO_TESTS_SUPPORT_KERNELS_H_
