#include "tests/support/noise.h"

namespace imago {

std::vector<float> Noise(uint32_t seed, size_t count) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    uint32_t x = static_cast<uint32_t>(i + 1) * 2654435761u + seed * 40503u;
    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    values[i] = static_cast<float>(x / 4294967296.0);
  }
  return values;
}

uint32_t NameSeed(std::string_view name) {
  uint32_t x = 2166136261u;
  for (const char c : name) x = (x ^ static_cast<uint8_t>(c)) * 16777619u;
  return x;
}

}  // namespace imago
