#ifndef IMAGO_EMBED_EVAL_STATS_H_
#define IMAGO_EMBED_EVAL_STATS_H_

// How sure a measured share is.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace imago {

struct Interval {
  double low = 0;
  double high = 0;
};

// The 95 % interval of a share of n independent cases (Wilson 1927). [0, 1] for n = 0.
Interval WilsonInterval(double share, uint64_t n);

// The 95 % interval of the difference of two shares over the same cases: percentiles of 2,000
// seeded bootstrap samples of the cases. `better` and `worse` are 1 for a hit, else 0, and equally
// long.
Interval PairedInterval(const std::vector<uint8_t>& better, const std::vector<uint8_t>& worse);

double Share(const std::vector<uint8_t>& hits);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_STATS_H_
