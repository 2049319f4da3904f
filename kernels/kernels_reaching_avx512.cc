// g++ 12 takes the undefined source operand inside its own intrinsics for a mistake of ours.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <immintrin.h>

#include "kernels/tables.h"

// Compiled so that products and sums are rounded one by one, as in the scalar table.

namespace imago {
namespace {

struct Bound {
  __m512 slope, offset, norm, least;
};

// One bit for each of up to 16 rows, those of `some`.
uint64_t ReachingSixteen(const int32_t* dots, const float* scales, const float* errors,
                         __mmask16 some, const Bound& bound) {
  const __m512 dot = _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(some, dots));
  const __m512 sum = _mm512_add_ps(_mm512_mul_ps(bound.slope, dot), bound.offset);
  const __m512 score = _mm512_mul_ps(_mm512_maskz_loadu_ps(some, scales), sum);
  const __m512 error = _mm512_mul_ps(bound.norm, _mm512_maskz_loadu_ps(some, errors));
  return _mm512_mask_cmp_ps_mask(some, _mm512_add_ps(score, error), bound.least, _CMP_GE_OQ);
}

}  // namespace

uint64_t ReachingAvx512(const int32_t* dots, const float* scales, const float* errors, size_t count,
                        const ScoreBound& bound) {
  const Bound all = {_mm512_set1_ps(bound.slope), _mm512_set1_ps(bound.offset),
                     _mm512_set1_ps(bound.norm), _mm512_set1_ps(bound.least)};
  uint64_t reached = 0;
  size_t r = 0;
  for (; r + 16 <= count; r += 16) {
    reached |= ReachingSixteen(dots + r, scales + r, errors + r, 0xffff, all) << r;
  }
  if (r == count) return reached;
  const auto last = static_cast<__mmask16>((1u << (count - r)) - 1);
  return reached | ReachingSixteen(dots + r, scales + r, errors + r, last, all) << r;
}

}  // namespace imago
