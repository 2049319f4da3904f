#ifndef IMAGO_KERNELS_KERNELS_AVX2_SUMS_H_
#define IMAGO_KERNELS_KERNELS_AVX2_SUMS_H_

// What files of 256-bit kernels share. In an unnamed namespace, so that each keeps its own code.

#include <immintrin.h>

namespace imago {
namespace {

inline __m256i LoadBytes(const void* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}

// The sum of the lanes of a, of b, of c and of d.
inline __m128i FourSums(__m256i a, __m256i b, __m256i c, __m256i d) {
  const __m256i sums = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
  return _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
}

}  // namespace
}  // namespace imago

#endif  // IMAGO_KERNELS_KERNELS_AVX2_SUMS_H_
