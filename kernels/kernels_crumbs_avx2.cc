#include "kernels/crumbs.h"
#include "kernels/kernels_avx2_sums.h"
#include "kernels/tables.h"

// Values of 0 to 3 times -127 to 127: vpmaddubsw adds two such products, and sums of 16 bits hold
// 43 of these pairs; each group adds four.

namespace imago {
namespace {

constexpr size_t kRun = 10;  // groups

// Adds the products of one group of R rows.
template <int R>
inline __attribute__((always_inline)) void AddGroup(const int8_t* query, const uint8_t* const* rows,
                                                    size_t byte, __m256i* sum) {
  const __m256i mask = _mm256_set1_epi8(3);
  const __m256i a = LoadBytes(query), b = LoadBytes(query + 32);
  const __m256i c = LoadBytes(query + 64), d = LoadBytes(query + 96);
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) {
    const __m256i four = LoadBytes(rows[r] + byte);
    const __m256i first = _mm256_maddubs_epi16(_mm256_and_si256(four, mask), a);
    const __m256i second =
        _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(four, 2), mask), b);
    const __m256i third =
        _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(four, 4), mask), c);
    const __m256i fourth =
        _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(four, 6), mask), d);
    sum[r] = _mm256_add_epi16(
        sum[r], _mm256_add_epi16(_mm256_add_epi16(first, second), _mm256_add_epi16(third, fourth)));
  }
}

// The sums of R rows, each in eight lanes.
template <int R>
inline __attribute__((always_inline)) void Block(const int8_t* query, size_t groups,
                                                 const uint8_t* const* rows, __m256i* wide) {
  for (int r = 0; r < R; ++r) wide[r] = _mm256_setzero_si256();
  for (size_t begin = 0; begin < groups; begin += kRun) {
    const size_t end = begin + kRun < groups ? begin + kRun : groups;
    __m256i sum[R] = {};
    for (size_t g = begin; g < end; ++g) {
      AddGroup<R>(query + g * kCrumbGroup, rows, g * kCrumbGroupBytes, sum);
    }
    for (int r = 0; r < R; ++r) {
      wide[r] = _mm256_add_epi32(wide[r], _mm256_madd_epi16(sum[r], _mm256_set1_epi16(1)));
    }
  }
}

}  // namespace

void CrumbDotsAvx2(const int8_t* query, size_t groups, const uint8_t* const* rows, size_t count,
                   int32_t* out) {
  size_t r = 0;
  for (; r + 4 <= count; r += 4) {
    __m256i sums[4];
    Block<4>(query, groups, rows + r, sums);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + r),
                     FourSums(sums[0], sums[1], sums[2], sums[3]));
  }
  for (; r < count; ++r) {
    __m256i sum;
    Block<1>(query, groups, rows + r, &sum);
    out[r] = _mm_cvtsi128_si32(FourSums(sum, sum, sum, sum));
  }
}

}  // namespace imago
