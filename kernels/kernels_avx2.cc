#include <immintrin.h>

#include "kernels/tables.h"

// Each dot product has one accumulator of 8 lanes and one order of adding them up, wherever it
// stands in a block: so a row scores the same in every batch, in f16 as in f32.

namespace imago {
namespace {

// The first `left` (0 to 7) of 8 lanes.
__m256i TailMask(size_t left) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(left)), lanes);
}

__m256 Load(const float* p) { return _mm256_loadu_ps(p); }
__m256 Load(const Half* p) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
__m256 LoadTail(const float* p, size_t left) { return _mm256_maskload_ps(p, TailMask(left)); }
__m256 LoadTail(const Half* p, size_t left) {
  Half padded[8] = {};
  for (size_t i = 0; i < left; ++i) padded[i].bits = p[i].bits;
  return Load(padded);
}

// The four sums of four accumulators.
__m128 Sums(const __m256* v) {
  const __m256 ab = _mm256_hadd_ps(v[0], v[1]);
  const __m256 cd = _mm256_hadd_ps(v[2], v[3]);
  const __m256 halves = _mm256_hadd_ps(ab, cd);
  return _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1));
}

// out[q * stride + r] for Q queries and R rows.
template <int Q, int R, typename T>
void Block(const float* queries, const T* data, size_t n, float* out, size_t stride) {
  __m256 sum[Q][R < 4 ? 4 : R] = {};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256 row[R];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) row[r] = Load(data + r * n + i);
#pragma GCC unroll 8
    for (int q = 0; q < Q; ++q) {
      const __m256 query = Load(queries + q * n + i);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) sum[q][r] = _mm256_fmadd_ps(query, row[r], sum[q][r]);
    }
  }
  if (i < n) {
#pragma GCC unroll 8
    for (int q = 0; q < Q; ++q) {
      const __m256 query = LoadTail(queries + q * n + i, n - i);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        sum[q][r] = _mm256_fmadd_ps(query, LoadTail(data + r * n + i, n - i), sum[q][r]);
      }
    }
  }
#pragma GCC unroll 8
  for (int q = 0; q < Q; ++q) {
    float sums[R < 4 ? 4 : R];
#pragma GCC unroll 8
    for (int r = 0; r < R; r += 4) _mm_storeu_ps(sums + r, Sums(sum[q] + r));
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) out[q * stride + r] = sums[r];
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
  for (; q + 4 <= nq; q += 4) QueryBlock<4, 2>(queries + q * n, data, rows, n, out + q * rows);
  for (; q < nq; ++q) QueryBlock<1, 8>(queries + q * n, data, rows, n, out + q * rows);
}

template <typename T>
float Dot(const float* a, const T* b, size_t n) {
  float out;
  Block<1, 1>(a, b, n, &out, 1);
  return out;
}

void ToF16(const float* in, Half* out, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT));
  }
  for (; i < n; ++i) {
    out[i].bits = static_cast<uint16_t>(_cvtss_sh(in[i], _MM_FROUND_TO_NEAREST_INT));
  }
}

void ToF32(const Half* in, float* out, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) _mm256_storeu_ps(out + i, Load(in + i));
  for (; i < n; ++i) out[i] = _cvtsh_ss(in[i].bits);
}

void AddScaled(const float* x, float scale, float* y, size_t n) {
  const __m256 factor = _mm256_set1_ps(scale);
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm256_storeu_ps(y + i, _mm256_fmadd_ps(factor, Load(x + i), Load(y + i)));
  }
  const __m256 tail = _mm256_fmadd_ps(factor, LoadTail(x + i, n - i), LoadTail(y + i, n - i));
  _mm256_maskstore_ps(y + i, TailMask(n - i), tail);
}

}  // namespace

const Kernels& Avx2Kernels() {
  static constexpr Kernels kTable = {"avx2",         Dot<float>,    Dot<Half>,   Dots<float>,
                                     Dots<Half>,     ToF16,         ToF32,       AddScaled,
                                     NibbleDotsAvx2, CrumbDotsAvx2, ReachingAvx2};
  return kTable;
}

}  // namespace imago
