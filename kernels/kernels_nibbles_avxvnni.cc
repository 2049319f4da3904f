#include <immintrin.h>

#include "kernels/tables.h"

// vpdpbusd adds four products of an unsigned and a signed byte to a sum of 32 bits, so no run of
// groups needs an end.

namespace imago {
namespace {

constexpr size_t kHalf = kNibbleGroupBytes / 2;  // a group's bytes fill two registers

__m256i LoadBytes(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }

__m128i FourSums(__m256i a, __m256i b, __m256i c, __m256i d) {
  const __m256i sums = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
  return _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
}

// out[q * stride + r] for Q queries and R rows, R a multiple of 4 or 1.
template <int Q, int R>
void Block(const int8_t* query, size_t groups, const uint8_t* const* rows, int32_t* out,
           size_t stride) {
  const __m256i mask = _mm256_set1_epi8(15);
  __m256i sum[Q][R] = {};
  for (size_t h = 0; h < 2 * groups; ++h) {  // halves of groups
    const int8_t* values = query + h / 2 * kNibbleGroup + h % 2 * kHalf;
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const __m256i both = LoadBytes(rows[r] + h * kHalf);
      const __m256i low = _mm256_and_si256(both, mask);
      const __m256i high = _mm256_and_si256(_mm256_srli_epi16(both, 4), mask);
#pragma GCC unroll 8
      for (int q = 0; q < Q; ++q) {
        const int8_t* of_query = values + q * groups * kNibbleGroup;
        sum[q][r] = _mm256_dpbusd_avx_epi32(sum[q][r], low, LoadBytes(of_query));
        sum[q][r] =
            _mm256_dpbusd_avx_epi32(sum[q][r], high, LoadBytes(of_query + kNibbleGroupBytes));
      }
    }
  }
#pragma GCC unroll 8
  for (int q = 0; q < Q; ++q) {
    if constexpr (R == 1) {
      const __m256i all = sum[q][0];
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

void NibbleDotsAvxVnni(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                       int32_t* out) {
  size_t q = 0, left = queries.count;
  for (; left >= 3 && left != 4; q += 3, left -= 3) QueryBlock<3, 4>(queries, q, rows, count, out);
  for (; left >= 2; q += 2, left -= 2) QueryBlock<2, 4>(queries, q, rows, count, out);
  if (left == 1) QueryBlock<1, 8>(queries, q, rows, count, out);
}

}  // namespace imago
