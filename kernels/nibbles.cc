#include "kernels/nibbles.h"

#include <algorithm>

namespace imago {
namespace {

// The sums of one query's positive and of its negative values, by the 16-bit sum they add to: that
// of bytes 2 * lane and 2 * lane + 1 of every 32.
bool FitsSixteenBits(const int8_t* query, size_t values) {
  constexpr int kMax = 32767 / 15;
  constexpr size_t kLanes = 16;
  int positive[kLanes] = {}, negative[kLanes] = {};
  for (size_t i = 0; i < values; ++i) {
    const size_t lane = i / 2 % kLanes;
    positive[lane] += std::max<int>(query[i], 0);
    negative[lane] += std::max<int>(-query[i], 0);
  }
  return *std::max_element(positive, positive + kLanes) <= kMax &&
         *std::max_element(negative, negative + kLanes) <= kMax;
}

}  // namespace

size_t NibbleRun(const NibbleQueries& queries) {
  constexpr size_t kAlways = 2;  // 15 * 127 * 16 values a lane
  const size_t values = queries.groups * kNibbleGroup;
  for (size_t q = 0; q < queries.count; ++q) {
    if (!FitsSixteenBits(queries.values + q * values, values)) return kAlways;
  }
  return std::max(kAlways, queries.groups);
}

}  // namespace imago
