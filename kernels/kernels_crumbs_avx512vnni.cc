// g++ 12 takes the undefined source operand inside its own intrinsics for a mistake of ours.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <immintrin.h>

#include "kernels/crumbs.h"
#include "kernels/tables.h"

// A register holds two groups of a row. vpdpbusd adds four products of bytes to each sum of 32
// bits. The second and the fourth value of a byte are left two bits higher, so that their sum is
// four times as large: that saves their shifts.

namespace imago {
namespace {

__m256i LoadHalf(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }

// The bytes of a group and, unless `last`, of the next, `stride` bytes further.
template <bool last>
inline __attribute__((always_inline)) __m512i LoadGroups(const void* p, size_t stride) {
  const __m512i first = _mm512_zextsi256_si512(LoadHalf(p));
  if constexpr (last) return first;
  return _mm512_inserti64x4(first, LoadHalf(static_cast<const uint8_t*>(p) + stride), 1);
}

struct Sums {
  __m512i odd, even;  // of the first and third values, four times of the others
};

// Adds the products of two groups, or of the last alone, of R rows.
template <int R, bool last>
inline __attribute__((always_inline)) void AddGroups(const int8_t* query,
                                                     const uint8_t* const* rows, size_t byte,
                                                     Sums* sums) {
  const __m512i low = _mm512_set1_epi8(3), high = _mm512_set1_epi8(12);
  const __m512i a = LoadGroups<last>(query, kCrumbGroup);
  const __m512i b = LoadGroups<last>(query + 32, kCrumbGroup);
  const __m512i c = LoadGroups<last>(query + 64, kCrumbGroup);
  const __m512i d = LoadGroups<last>(query + 96, kCrumbGroup);
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
    const __m512i first =
        last ? LoadGroups<true>(rows[r] + byte, 0) : _mm512_loadu_si512(rows[r] + byte);
    const __m512i second = _mm512_srli_epi16(first, 4);
    sums[r].odd = _mm512_dpbusd_epi32(sums[r].odd, _mm512_and_si512(first, low), a);
    sums[r].even = _mm512_dpbusd_epi32(sums[r].even, _mm512_and_si512(first, high), b);
    sums[r].odd = _mm512_dpbusd_epi32(sums[r].odd, _mm512_and_si512(second, low), c);
    sums[r].even = _mm512_dpbusd_epi32(sums[r].even, _mm512_and_si512(second, high), d);
  }
}

// The sum of 16 lanes in 4.
__m128i Quarters(const Sums& sums) {
  const __m512i all = _mm512_add_epi32(sums.odd, _mm512_srai_epi32(sums.even, 2));
  const __m256i halves =
      _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
}

template <int R>
inline __attribute__((always_inline)) void Block(const int8_t* query, size_t groups,
                                                 const uint8_t* const* rows, __m128i* quarters) {
  Sums sums[R];
  for (int r = 0; r < R; ++r) sums[r] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
  size_t g = 0;
  for (; g + 2 <= groups; g += 2) {
    AddGroups<R, false>(query + g * kCrumbGroup, rows, g * kCrumbGroupBytes, sums);
  }
  if (g < groups) AddGroups<R, true>(query + g * kCrumbGroup, rows, g * kCrumbGroupBytes, sums);
  for (int r = 0; r < R; ++r) quarters[r] = Quarters(sums[r]);
}

__m128i FourSums(const __m128i* v) {
  return _mm_hadd_epi32(_mm_hadd_epi32(v[0], v[1]), _mm_hadd_epi32(v[2], v[3]));
}

}  // namespace

void CrumbDotsAvx512Vnni(const int8_t* query, size_t groups, const uint8_t* const* rows,
                         size_t count, int32_t* out) {
  size_t r = 0;
  for (; r + 8 <= count; r += 8) {
    __m128i quarters[8];
    Block<8>(query, groups, rows + r, quarters);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + r), FourSums(quarters));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + r + 4), FourSums(quarters + 4));
  }
  for (; r < count; ++r) {
    __m128i quarters[4] = {};
    Block<1>(query, groups, rows + r, quarters);
    out[r] = _mm_cvtsi128_si32(FourSums(quarters));
  }
}

}  // namespace imago
