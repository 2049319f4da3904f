// g++ 12 is known to miscompile these functions of FAISS at -O2 and above; tools/setup builds them
// with less. This finds out a FAISS that was built otherwise.

#include <faiss/utils/partitioning.h>

#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace {

// FAISS wants its input on 32 bytes.
const uint16_t* Aligned(std::vector<uint16_t>& values) {
  const uintptr_t at = reinterpret_cast<uintptr_t>(values.data());
  return values.data() + (32 - at % 32) % 32 / sizeof(uint16_t);
}

// Values from min in steps of 2^shift fall into `bins`; the rest is not counted. With shift below 0
// the values themselves are bins.
std::vector<int> PlainHistogram(const uint16_t* values, int n, uint16_t min, int shift, int bins) {
  std::vector<int> counts(bins);
  for (int i = 0; i < n; ++i) {
    const int value = shift < 0 ? values[i] : static_cast<uint16_t>(values[i] - min);
    const int bin = shift < 0 ? value : value >> shift;
    if (bin < bins) ++counts[bin];
  }
  return counts;
}

void ExpectHistograms(int bins, void (*histogram)(const uint16_t*, int, uint16_t, int, int*)) {
  std::mt19937 random(static_cast<unsigned>(bins));
  for (int trial = 0; trial < 400; ++trial) {
    const int n = 1 + static_cast<int>(random() % 3000);
    const int shift = static_cast<int>(random() % 6) - 1;
    const uint16_t min = shift < 0 ? 0 : static_cast<uint16_t>(random() % 1000);
    const int range = shift < 0 ? bins : (bins << shift) * (1 + static_cast<int>(random() % 2));
    std::vector<uint16_t> storage(n + 64);
    uint16_t* values = const_cast<uint16_t*>(Aligned(storage));
    for (int i = 0; i < n; ++i) values[i] = static_cast<uint16_t>(min + random() % range);
    std::vector<int> counts(bins);
    histogram(values, n, min, shift, counts.data());
    ASSERT_EQ(counts, PlainHistogram(values, n, min, shift, bins)) << "trial " << trial;
  }
}

TEST(FaissHistogram, EightBinsEqualAPlainLoop) { ExpectHistograms(8, faiss::simd_histogram_8); }

TEST(FaissHistogram, SixteenBinsEqualAPlainLoop) { ExpectHistograms(16, faiss::simd_histogram_16); }

}  // namespace
