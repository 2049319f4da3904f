// g++ 12 takes the undefined source operand inside its own intrinsics for a mistake of ours.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <immintrin.h>

#include "kernels/tables.h"

// Each dot product has one accumulator of 16 lanes and one order of adding them up, wherever it
// stands in a block: so a row scores the same in every batch, in f16 as in f32.

namespace imago {
namespace {

__mmask16 TailMask(size_t left) { return static_cast<__mmask16>((1u << left) - 1); }

__m512 Load(const float* p) { return _mm512_loadu_ps(p); }
__m512 Load(const Half* p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
__m512 LoadTail(const float* p, size_t left) { return _mm512_maskz_loadu_ps(TailMask(left), p); }
__m512 LoadTail(const Half* p, size_t left) {
  return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(TailMask(left), p));
}

__m128 Quarters(__m512 v) {
  const __m256 halves = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  return _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1));
}

// The four sums of four accumulators.
__m128 Sums(const __m512* v) {
  const __m128 ab = _mm_hadd_ps(Quarters(v[0]), Quarters(v[1]));
  const __m128 cd = _mm_hadd_ps(Quarters(v[2]), Quarters(v[3]));
  return _mm_hadd_ps(ab, cd);
}

// out[q * stride + r] for Q queries and R rows, R a multiple of 4 or 1.
template <int Q, int R, typename T>
void Block(const float* queries, const T* data, size_t n, float* out, size_t stride) {
  __m512 sum[Q][R < 4 ? 4 : R] = {};
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    __m512 row[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) row[r] = Load(data + r * n + i);
#pragma GCC unroll 8
    for (int q = 0; q < Q; ++q) {
      const __m512 query = Load(queries + q * n + i);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) sum[q][r] = _mm512_fmadd_ps(query, row[r], sum[q][r]);
    }
  }
  if (i < n) {
#pragma GCC unroll 8
    for (int q = 0; q < Q; ++q) {
      const __m512 query = LoadTail(queries + q * n + i, n - i);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        sum[q][r] = _mm512_fmadd_ps(query, LoadTail(data + r * n + i, n - i), sum[q][r]);
      }
    }
  }
#pragma GCC unroll 8
  for (int q = 0; q < Q; ++q) {
    if (R == 1) {
      out[q * stride] = _mm_cvtss_f32(Sums(sum[q]));
    } else {
#pragma GCC unroll 8
      for (int r = 0; r < R; r += 4) _mm_storeu_ps(out + q * stride + r, Sums(sum[q] + r));
    }
  }
}

// Q queries against all rows, RB rows at a time.
template <int Q, int RB, typename T>
void QueryBlock(const float* queries, const T* data, size_t rows, size_t n, float* out) {
  size_t r = 0;
  for (; r + RB <= rows; r += RB) Block<Q, RB>(queries, data + r * n, n, out + r, rows);
  for (; r < rows; ++r) Block<Q, 1>(queries, data + r * n, n, out + r, rows);
}

template <typename T>
void Dots(const float* queries, size_t nq, const T* data, size_t rows, size_t n, float* out) {
  size_t q = 0;
  for (; q + 4 <= nq; q += 4) QueryBlock<4, 4>(queries + q * n, data, rows, n, out + q * rows);
  for (; q < nq; ++q) QueryBlock<1, 8>(queries + q * n, data, rows, n, out + q * rows);
}

template <typename T>
float Dot(const float* a, const T* b, size_t n) {
  float out;
  Block<1, 1>(a, b, n, &out, 1);
  return out;
}

void ToF16(const float* in, Half* out, size_t n) {
  constexpr int kRound = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i),
                        _mm512_cvtps_ph(_mm512_loadu_ps(in + i), kRound));
  }
  const __mmask16 tail = TailMask(n - i);
  _mm256_mask_storeu_epi16(out + i, tail,
                           _mm512_cvtps_ph(_mm512_maskz_loadu_ps(tail, in + i), kRound));
}

void ToF32(const Half* in, float* out, size_t n) {
  size_t i = 0;
  for (; i + 16 <= n; i += 16) _mm512_storeu_ps(out + i, Load(in + i));
  _mm512_mask_storeu_ps(out + i, TailMask(n - i), LoadTail(in + i, n - i));
}

void AddScaled(const float* x, float scale, float* y, size_t n) {
  const __m512 factor = _mm512_set1_ps(scale);
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    _mm512_storeu_ps(y + i, _mm512_fmadd_ps(factor, Load(x + i), Load(y + i)));
  }
  const __m512 tail = _mm512_fmadd_ps(factor, LoadTail(x + i, n - i), LoadTail(y + i, n - i));
  _mm512_mask_storeu_ps(y + i, TailMask(n - i), tail);
}

}  // namespace

const Kernels& Avx512Kernels() {
  static constexpr Kernels kTable = {"avx512",       Dot<float>,    Dot<Half>,     Dots<float>,
                                     Dots<Half>,     ToF16,         ToF32,         AddScaled,
                                     NibbleDotsAvx2, CrumbDotsAvx2, ReachingAvx512};
  return kTable;
}

}  // namespace imago
