// g++ 12 takes the undefined source operand inside its own intrinsics for a mistake of ours.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <immintrin.h>

#include "kernels/depthwise.h"

namespace imago {
namespace {

constexpr size_t kLanes = 16;

// Sixteen channels of one map, as f32 into `out`, whose rows are `row` places apart.
void Widen(const uint16_t* map, const DepthwiseShape& shape, size_t row, float* out) {
  for (size_t y = 0; y < shape.height; ++y) {
    for (size_t x = 0; x < shape.width; ++x) {
      const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(map));
      const __m512i wide = _mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16);
      _mm512_store_ps(out + (y * row + x) * kLanes, _mm512_castsi512_ps(wide));
      map += shape.channels;
    }
  }
}

// The sums stay in registers over all pictures.
template <size_t K>
void Sum(const uint16_t* maps, const uint16_t* gradients, const DepthwiseShape& shape,
         float* scratch, float* out) {
  const size_t row = shape.width + K - 1;
  const size_t padded = (shape.height + K - 1) * row * kLanes;
  float* const gradient = scratch + padded;
  for (size_t i = 0; i < padded; i += kLanes) _mm512_store_ps(scratch + i, _mm512_setzero_ps());
  __m512 sums[K * K];
  for (__m512& sum : sums) sum = _mm512_setzero_ps();
  const size_t step = shape.height * shape.width * shape.channels;
  for (size_t n = 0; n < shape.pictures; ++n) {
    Widen(maps + n * step, shape, row, scratch + (K / 2 * row + K / 2) * kLanes);
    Widen(gradients + n * step, shape, shape.width, gradient);
    for (size_t y = 0; y < shape.height; ++y) {
      for (size_t x = 0; x < shape.width; ++x) {
        const __m512 g = _mm512_load_ps(gradient + (y * shape.width + x) * kLanes);
        const float* corner = scratch + (y * row + x) * kLanes;
#pragma GCC unroll 5
        for (size_t a = 0; a < K; ++a) {
#pragma GCC unroll 5
          for (size_t b = 0; b < K; ++b) {
            const __m512 value = _mm512_load_ps(corner + (a * row + b) * kLanes);
            sums[a * K + b] = _mm512_fmadd_ps(g, value, sums[a * K + b]);
          }
        }
      }
    }
  }
  for (size_t k = 0; k < K * K; ++k) _mm512_storeu_ps(out + k * shape.channels, sums[k]);
}

}  // namespace

void Avx512DepthwiseGradient(const uint16_t* maps, const uint16_t* gradients,
                             const DepthwiseShape& shape, float* scratch, float* out) {
  if (shape.kernel == 3) return Sum<3>(maps, gradients, shape, scratch, out);
  Sum<5>(maps, gradients, shape, scratch, out);
}

}  // namespace imago
