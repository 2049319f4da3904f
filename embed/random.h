#ifndef IMAGO_EMBED_RANDOM_H_
#define IMAGO_EMBED_RANDOM_H_

// Random numbers that are the same everywhere: SplitMix64 (Steele, Lea and Flood 2014). The
// standard library's distributions differ from one implementation to the next.

#include <cstdint>

namespace imago {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // In [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  // In [low, high).
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }
  // In [0, n), n > 0.
  int64_t Below(int64_t n) { return static_cast<int64_t>(Uniform() * static_cast<double>(n)); }

 private:
  uint64_t state_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_RANDOM_H_
