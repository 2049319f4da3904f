#ifndef IMAGO_TESTS_SUPPORT_NOISE_H_
#define IMAGO_TESTS_SUPPORT_NOISE_H_

// Numbers that tests and the scripts in tests/golden make alike, so that inputs and tiny weights
// need not be committed.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace imago {

// `count` values in [0, 1): an integer hash of seed and position.
std::vector<float> Noise(uint32_t seed, size_t count);
// FNV-1a, 32 bits: a seed for a tensor's name.
uint32_t NameSeed(std::string_view name);

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_NOISE_H_
