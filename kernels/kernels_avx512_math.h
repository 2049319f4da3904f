#ifndef IMAGO_KERNELS_KERNELS_AVX512_MATH_H_
#define IMAGO_KERNELS_KERNELS_AVX512_MATH_H_

// For kernels_*_avx512.cc and kernels_tiles_amx.cc alone, each of which keeps its own copies.

#include <immintrin.h>

#include <cstdint>

namespace imago {
namespace {

// e^x by 2^n and a polynomial (relative error below 2e-7), for x in [-87, 0].
[[maybe_unused]] __m512 Exp(__m512 x) {
  const __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504f)), 8);
  __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375f), x);
  r = _mm512_fnmadd_ps(n, _mm512_set1_ps(-2.12194440e-4f), r);
  __m512 p = _mm512_set1_ps(1.0f / 720);
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f / 120));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f / 24));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f / 6));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.5f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, n);
}

// Rounded to bfloat16.
[[maybe_unused]] void PutRounded(__m512 value, uint16_t* to) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), (__m256i)_mm512_cvtneps_pbh(value));
}

[[maybe_unused]] __m512 Clip6(__m512 x) {
  return _mm512_min_ps(_mm512_max_ps(x, _mm512_setzero_ps()), _mm512_set1_ps(6.0f));
}

}  // namespace
}  // namespace imago

#endif  // IMAGO_KERNELS_KERNELS_AVX512_MATH_H_
