// g++ 12 takes the undefined source operand inside its own intrinsics for a mistake of ours.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <immintrin.h>

#include "kernels/kernels_avx512_math.h"
#include "kernels/token_rows.h"

namespace imago {
namespace {

constexpr size_t kLanes = 16;

__m512 Root(float x) { return _mm512_sqrt_ps(_mm512_set1_ps(x)); }

// A head's keys, dimension by dimension, padded with zeros to whole vectors.
void TurnKeys(const float* keys, size_t stride, size_t width, size_t tokens, size_t padded,
              float* out) {
  for (size_t j = 0; j < padded; ++j) {
    for (size_t d = 0; d < width; ++d) out[d * padded + j] = j < tokens ? keys[j * stride + d] : 0;
  }
}

__mmask16 Real(size_t j, size_t tokens) {
  return tokens - j < kLanes ? static_cast<__mmask16>((1u << (tokens - j)) - 1) : 0xffff;
}

// To `weights`, not yet divided by their sum, which is returned.
float Weigh(const float* query, const float* turned, size_t width, size_t tokens, size_t padded,
            float* weights) {
  __m512 most = _mm512_set1_ps(-3e38f);
  for (size_t j = 0; j < padded; j += kLanes) {
    __m512 sum = _mm512_setzero_ps();
    for (size_t d = 0; d < width; ++d) {
      sum =
          _mm512_fmadd_ps(_mm512_set1_ps(query[d]), _mm512_loadu_ps(turned + d * padded + j), sum);
    }
    _mm512_storeu_ps(weights + j, sum);
    most = _mm512_mask_max_ps(most, Real(j, tokens), most, sum);
  }
  most = _mm512_set1_ps(_mm512_reduce_max_ps(most));
  __m512 total = _mm512_setzero_ps();
  for (size_t j = 0; j < padded; j += kLanes) {
    const __m512 below =
        _mm512_max_ps(_mm512_sub_ps(_mm512_loadu_ps(weights + j), most), _mm512_set1_ps(-87.0f));
    const __m512 weight = _mm512_maskz_mov_ps(Real(j, tokens), Exp(below));
    _mm512_storeu_ps(weights + j, weight);
    total = _mm512_add_ps(total, weight);
  }
  return _mm512_reduce_add_ps(total);
}

// Sixteen columns of the values, by their weights.
__m512 Mix(const float* values, size_t stride, const float* weights, size_t tokens) {
  __m512 even = _mm512_setzero_ps();
  __m512 odd = _mm512_setzero_ps();
  size_t j = 0;
  for (; j + 1 < tokens; j += 2) {
    even = _mm512_fmadd_ps(_mm512_set1_ps(weights[j]), _mm512_loadu_ps(values + j * stride), even);
    odd = _mm512_fmadd_ps(_mm512_set1_ps(weights[j + 1]),
                          _mm512_loadu_ps(values + (j + 1) * stride), odd);
  }
  if (j < tokens) {
    even = _mm512_fmadd_ps(_mm512_set1_ps(weights[j]), _mm512_loadu_ps(values + j * stride), even);
  }
  return _mm512_add_ps(even, odd);
}

}  // namespace

void Avx512NormalizeTokens(const RowNorm& norm, size_t count, float* rows, uint16_t* rounded) {
  const float part = 1.0f / static_cast<float>(norm.columns);
  for (size_t r = 0; r < count; ++r) {
    float* row = rows + r * norm.columns;
    __m512 sum = _mm512_setzero_ps();
    for (size_t c = 0; c < norm.columns; c += kLanes) {
      sum = _mm512_add_ps(sum, _mm512_loadu_ps(row + c));
    }
    const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum) * part);
    __m512 squares = _mm512_setzero_ps();
    for (size_t c = 0; c < norm.columns; c += kLanes) {
      const __m512 off = _mm512_sub_ps(_mm512_loadu_ps(row + c), mean);
      squares = _mm512_fmadd_ps(off, off, squares);
    }
    const __m512 scale = _mm512_div_ps(_mm512_set1_ps(1.0f),
                                       Root(_mm512_reduce_add_ps(squares) * part + norm.epsilon));
    for (size_t c = 0; c < norm.columns; c += kLanes) {
      const __m512 off = _mm512_mul_ps(_mm512_sub_ps(_mm512_loadu_ps(row + c), mean), scale);
      const __m512 value =
          _mm512_fmadd_ps(off, _mm512_loadu_ps(norm.gain + c), _mm512_loadu_ps(norm.bias + c));
      _mm512_storeu_ps(row + c, value);
      PutRounded(value, rounded + r * norm.columns + c);
    }
  }
}

void Avx512Attend(const TokenHeads& heads, const float* rows, size_t tokens, float* room,
                  uint16_t* out) {
  const size_t columns = heads.heads * heads.width;
  const size_t stride = 3 * columns;
  const size_t padded = (tokens + kLanes - 1) / kLanes * kLanes;
  float* weights = room + heads.width * padded;
  for (size_t h = 0; h < heads.heads; ++h) {
    const float* query = rows + h * heads.width;
    TurnKeys(query + columns, stride, heads.width, tokens, padded, room);
    for (size_t i = 0; i < tokens; ++i) {
      const float total = Weigh(query + i * stride, room, heads.width, tokens, padded, weights);
      const __m512 part = _mm512_set1_ps(1.0f / total);
      for (size_t d = 0; d < heads.width; d += kLanes) {
        const __m512 mixed = Mix(query + 2 * columns + d, stride, weights, tokens);
        PutRounded(_mm512_mul_ps(mixed, part), out + i * columns + h * heads.width + d);
      }
    }
  }
}

}  // namespace imago
