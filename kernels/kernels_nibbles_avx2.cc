#include "kernels/kernels_avx2_sums.h"
#include "kernels/tables.h"

// Values of 0 to 15 times -127 to 127: vpmaddubsw adds two such products without saturating, and
// its sums stay in 16 bits over a run of groups (see NibbleQueries).

namespace imago {
namespace {

constexpr size_t kHalf = kNibbleGroupBytes / 2;  // a group's bytes fill two registers

// Adds the products of Q queries and R rows over one half of a group. The empty assembler lines
// keep the compiler from holding many products and spilling sums.
template <int Q, int R>
inline __attribute__((always_inline)) void AddHalf(const int8_t* query, size_t stride,
                                                   const uint8_t* const* rows, size_t byte,
                                                   __m256i (*sum)[R]) {
  const __m256i mask = _mm256_set1_epi8(15);
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
    const __m256i both = LoadBytes(rows[r] + byte);
    const __m256i low = _mm256_and_si256(both, mask);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(both, 4), mask);
#pragma GCC unroll 8
    for (int q = 0; q < Q; ++q) {
      const int8_t* values = query + q * stride;
      sum[q][r] = _mm256_add_epi16(sum[q][r], _mm256_maddubs_epi16(low, LoadBytes(values)));
      asm("" : "+x"(sum[q][r]));
      sum[q][r] = _mm256_add_epi16(
          sum[q][r], _mm256_maddubs_epi16(high, LoadBytes(values + kNibbleGroupBytes)));
      asm volatile("" : "+x"(sum[q][r]) : : "memory");
    }
  }
}

// Groups [begin, end), no more than a run; sums of 32 bits into `wide`.
template <int Q, int R>
inline __attribute__((always_inline)) void AddRun(const NibbleQueries& queries, const int8_t* query,
                                                  const uint8_t* const* rows, size_t begin,
                                                  size_t end, __m256i (*wide)[R]) {
  const size_t stride = queries.groups * kNibbleGroup;
  __m256i sum[Q][R] = {};
  for (size_t g = begin; g < end; ++g) {
    const int8_t* values = query + g * kNibbleGroup;
    AddHalf<Q, R>(values, stride, rows, g * kNibbleGroupBytes, sum);
    AddHalf<Q, R>(values + kHalf, stride, rows, g * kNibbleGroupBytes + kHalf, sum);
  }
  const __m256i ones = _mm256_set1_epi16(1);
#pragma GCC unroll 8
  for (int q = 0; q < Q; ++q) {
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const __m256i pairs = _mm256_madd_epi16(sum[q][r], ones);
      wide[q][r] = begin == 0 ? pairs : _mm256_add_epi32(wide[q][r], pairs);
    }
  }
}

// out[q * stride + r] for Q queries and R rows, R a multiple of 4 or 1.
template <int Q, int R>
void Block(const NibbleQueries& queries, const int8_t* query, const uint8_t* const* rows,
           int32_t* out, size_t stride) {
  __m256i wide[Q][R];
  size_t begin = queries.run < queries.groups ? queries.run : queries.groups;
  AddRun<Q, R>(queries, query, rows, 0, begin, wide);
  while (begin < queries.groups) {
    const size_t left = queries.groups - begin;
    const size_t end = begin + (queries.run < left ? queries.run : left);
    AddRun<Q, R>(queries, query, rows, begin, end, wide);
    begin = end;
  }
#pragma GCC unroll 8
  for (int q = 0; q < Q; ++q) {
    if constexpr (R == 1) {
      const __m256i sum = wide[q][0];
      out[q * stride] = _mm_cvtsi128_si32(FourSums(sum, sum, sum, sum));
    } else {
#pragma GCC unroll 8
      for (int r = 0; r < R; r += 4) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + q * stride + r),
                         FourSums(wide[q][r], wide[q][r + 1], wide[q][r + 2], wide[q][r + 3]));
      }
    }
  }
}

// Q queries against all rows, RB rows at a time.
template <int Q, int RB>
void QueryBlock(const NibbleQueries& queries, size_t first, const uint8_t* const* rows,
                size_t count, int32_t* out) {
  const int8_t* query = queries.values + first * queries.groups * kNibbleGroup;
  size_t r = 0;
  for (; r + RB <= count; r += RB) {
    Block<Q, RB>(queries, query, rows + r, out + first * count + r, count);
  }
  for (; r < count; ++r) Block<Q, 1>(queries, query, rows + r, out + first * count + r, count);
}

// Eight bits for rows r to r + 7. This file is compiled without FMA, so that products and sums are
// rounded one by one, as in the scalar table.
unsigned ReachingEight(const int32_t* dots, const float* scales, const float* errors,
                       const ScoreBound& bound) {
  const __m256 dot = _mm256_cvtepi32_ps(LoadBytes(dots));
  const __m256 sum =
      _mm256_add_ps(_mm256_mul_ps(_mm256_set1_ps(bound.slope), dot), _mm256_set1_ps(bound.offset));
  const __m256 score = _mm256_mul_ps(_mm256_loadu_ps(scales), sum);
  const __m256 error = _mm256_mul_ps(_mm256_set1_ps(bound.norm), _mm256_loadu_ps(errors));
  const __m256 most = _mm256_add_ps(score, error);
  const __m256 reached = _mm256_cmp_ps(most, _mm256_set1_ps(bound.least), _CMP_GE_OQ);
  return static_cast<unsigned>(_mm256_movemask_ps(reached));
}

}  // namespace

void NibbleDotsAvx2(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                    int32_t* out) {
  size_t q = 0, left = queries.count;
  for (; left >= 3 && left != 4; q += 3, left -= 3) QueryBlock<3, 4>(queries, q, rows, count, out);
  for (; left >= 2; q += 2, left -= 2) QueryBlock<2, 4>(queries, q, rows, count, out);
  if (left == 1) QueryBlock<1, 4>(queries, q, rows, count, out);
}

uint64_t ReachingAvx2(const int32_t* dots, const float* scales, const float* errors, size_t count,
                      const ScoreBound& bound) {
  uint64_t reached = 0;
  size_t r = 0;
  for (; r + 8 <= count; r += 8) {
    reached |= uint64_t{ReachingEight(dots + r, scales + r, errors + r, bound)} << r;
  }
  if (r == count) return reached;
  int32_t last_dots[8] = {};
  float last_scales[8] = {}, last_errors[8] = {};
  for (size_t i = 0; r + i < count; ++i) {
    last_dots[i] = dots[r + i];
    last_scales[i] = scales[r + i];
    last_errors[i] = errors[r + i];
  }
  const unsigned last = ReachingEight(last_dots, last_scales, last_errors, bound);
  return reached | uint64_t{last & ((1u << (count - r)) - 1)} << r;
}

}  // namespace imago
