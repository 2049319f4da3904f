// g++ 12 takes the undefined source operand inside its own intrinsics for a mistake of ours.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <immintrin.h>

#include "kernels/tables.h"

// vpdpbusd adds four products of an unsigned and a signed byte to a sum of 32 bits, so no run of
// groups needs an end.

namespace imago {
namespace {

__m512i LoadBytes(const void* p) { return _mm512_loadu_si512(p); }

// The sum of 16 lanes in 4.
__m128i Quarters(__m512i v) {
  const __m256i halves =
      _mm256_add_epi32(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
}

__m128i FourSums(__m512i a, __m512i b, __m512i c, __m512i d) {
  const __m128i ab = _mm_hadd_epi32(Quarters(a), Quarters(b));
  const __m128i cd = _mm_hadd_epi32(Quarters(c), Quarters(d));
  return _mm_hadd_epi32(ab, cd);
}

// out[q * stride + r] for Q queries and R rows, R a multiple of 4 or 1.
template <int Q, int R>
void Block(const int8_t* query, size_t groups, const uint8_t* const* rows, int32_t* out,
           size_t stride) {
  const __m512i mask = _mm512_set1_epi8(15);
  __m512i sum[Q][R] = {};
  for (size_t g = 0; g < groups; ++g) {
    const int8_t* values = query + g * kNibbleGroup;
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const __m512i both = LoadBytes(rows[r] + g * kNibbleGroupBytes);
      const __m512i low = _mm512_and_si512(both, mask);
      const __m512i high = _mm512_and_si512(_mm512_srli_epi16(both, 4), mask);
#pragma GCC unroll 8
      for (int q = 0; q < Q; ++q) {
        const int8_t* of_query = values + q * groups * kNibbleGroup;
        sum[q][r] = _mm512_dpbusd_epi32(sum[q][r], low, LoadBytes(of_query));
        sum[q][r] = _mm512_dpbusd_epi32(sum[q][r], high, LoadBytes(of_query + kNibbleGroupBytes));
      }
    }
  }
#pragma GCC unroll 8
  for (int q = 0; q < Q; ++q) {
    if constexpr (R == 1) {
      const __m512i all = sum[q][0];
      out[q * stride] = _mm_cvtsi128_si32(FourSums(all, all, all, all));
    } else {
#pragma GCC unroll 8
      for (int r = 0; r < R; r += 4) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + q * stride + r),
                         FourSums(sum[q][r], sum[q][r + 1], sum[q][r + 2], sum[q][r + 3]));
      }
    }
  }
}

// Q queries against all rows, RB rows at a time.
template <int Q, int RB>
void QueryBlock(const NibbleQueries& queries, size_t first, const uint8_t* const* rows,
                size_t count, int32_t* out) {
  const size_t groups = queries.groups;
  const int8_t* query = queries.values + first * groups * kNibbleGroup;
  size_t r = 0;
  for (; r + RB <= count; r += RB) {
    Block<Q, RB>(query, groups, rows + r, out + first * count + r, count);
  }
  for (; r < count; ++r) Block<Q, 1>(query, groups, rows + r, out + first * count + r, count);
}

}  // namespace

void NibbleDotsAvx512Vnni(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                          int32_t* out) {
  size_t q = 0;
  for (; q + 4 <= queries.count; q += 4) QueryBlock<4, 4>(queries, q, rows, count, out);
  for (; q + 2 <= queries.count; q += 2) QueryBlock<2, 4>(queries, q, rows, count, out);
  if (q < queries.count) QueryBlock<1, 8>(queries, q, rows, count, out);
}

}  // namespace imago
