#include "kernels/parallel.h"

#include <array>
#include <atomic>
#include <stdexcept>

#include "gtest/gtest.h"

namespace imago {
namespace {

TEST(RunParts, RunsEachPartOnce) {
  std::array<std::atomic<int>, 4> runs{};
  RunParts(runs.size(), [&](size_t part) { ++runs[part]; });
  for (const auto& count : runs) EXPECT_EQ(count, 1);
  RunParts(0, [&](size_t) { FAIL(); });
}

TEST(RunParts, ThrowsOnceAllHaveEnded) {
  std::atomic<int> ended = 0;
  const auto run = [&](size_t part) {
    if (part != 2) ++ended;
    if (part == 2) throw std::runtime_error("two");
  };
  EXPECT_THROW(RunParts(4, run), std::runtime_error);
  EXPECT_EQ(ended, 3);
}

}  // namespace
}  // namespace imago
