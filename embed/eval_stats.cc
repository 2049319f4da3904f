#include "embed/eval_stats.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "embed/random.h"

namespace imago {

Interval WilsonInterval(double share, uint64_t n) {
  if (n == 0) return {0, 1};
  constexpr double kZ = 1.959964;
  const auto cases = static_cast<double>(n);
  const double denominator = 1 + kZ * kZ / cases;
  const double middle = (share + kZ * kZ / (2 * cases)) / denominator;
  const double half =
      kZ / denominator * std::sqrt(share * (1 - share) / cases + kZ * kZ / (4 * cases * cases));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

Interval PairedInterval(const std::vector<uint8_t>& better, const std::vector<uint8_t>& worse) {
  constexpr int kSamples = 2000;
  constexpr uint64_t kSeed = 1;
  if (better.empty()) return {-1, 1};
  Random random(kSeed);
  std::vector<double> means;
  for (int s = 0; s < kSamples; ++s) {
    int64_t sum = 0;
    for (size_t i = 0; i < better.size(); ++i) {
      const auto at = static_cast<size_t>(random.Below(static_cast<int64_t>(better.size())));
      sum += int64_t{better[at]} - int64_t{worse[at]};
    }
    means.push_back(static_cast<double>(sum) / static_cast<double>(better.size()));
  }
  std::sort(means.begin(), means.end());
  return {means[kSamples / 40], means[kSamples - 1 - kSamples / 40]};
}

double Share(const std::vector<uint8_t>& hits) {
  if (hits.empty()) return 0;
  const auto sum = std::accumulate(hits.begin(), hits.end(), uint64_t{0});
  return static_cast<double>(sum) / static_cast<double>(hits.size());
}

}  // namespace imago
