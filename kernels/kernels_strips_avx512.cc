// g++ 12 takes the undefined source operand inside its own intrinsics for a mistake of ours.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#include <immintrin.h>

#include "kernels/avx512_math.h"
#include "kernels/map_strip.h"

namespace imago {
namespace {

// Sixteen channels of kStripPlaces places of a row, whose sums stay in registers.
template <size_t K, size_t S>
void FilterPlaces(const float* corner, size_t line, const float* weight, __m512 bias,
                  __m512* sums) {
#pragma GCC unroll 8
  for (size_t x = 0; x < kStripPlaces; ++x) sums[x] = bias;
#pragma GCC unroll 5
  for (size_t down = 0; down < K; ++down) {
#pragma GCC unroll 5
    for (size_t right = 0; right < K; ++right) {
      const __m512 w = _mm512_loadu_ps(weight + (down * K + right) * kStripLanes);
#pragma GCC unroll 8
      for (size_t x = 0; x < kStripPlaces; ++x) {
        const float* from = corner + (down * line + x * S + right) * kStripLanes;
        sums[x] = _mm512_fmadd_ps(_mm512_loadu_ps(from), w, sums[x]);
      }
    }
  }
}

template <size_t K, size_t S>
void Filter(const float* strip, const StripShape& shape, const StripFilter& filter) {
  for (size_t c = 0; c < shape.channels; c += kStripLanes) {
    const float* from = strip + c / kStripLanes * shape.block;
    const float* weight = filter.weight + c * K * K;
    const __m512 bias = _mm512_loadu_ps(filter.bias + c);
    for (size_t y = 0; y < shape.rows; ++y) {
      for (size_t x = 0; x < shape.width; x += kStripPlaces) {
        __m512 sums[kStripPlaces];
        const float* corner = from + (y * S * shape.line + x * S) * kStripLanes;
        FilterPlaces<K, S>(corner, shape.line, weight, bias, sums);
        const size_t to = (y * shape.width + x) * filter.columns + c;
        const size_t left = shape.width - x;
        const size_t places = left < kStripPlaces ? left : kStripPlaces;
#pragma GCC unroll 8
        for (size_t i = 0; i < kStripPlaces; ++i) {
          if (i >= places) break;
          PutHalves(Clip6(sums[i]), filter.high + to + i * filter.columns,
                    filter.low == nullptr ? nullptr : filter.low + to + i * filter.columns);
        }
      }
    }
  }
}

// Sixteen channels of kStripPlaces places.
void ColourPlaces(const float* planes, const PlanesShape& shape, const float* weight, __m512 bias,
                  __m512* sums) {
#pragma GCC unroll 8
  for (size_t x = 0; x < kStripPlaces; ++x) sums[x] = bias;
  for (size_t plane = 0; plane < 3; ++plane) {
#pragma GCC unroll 3
    for (size_t down = 0; down < 3; ++down) {
#pragma GCC unroll 3
      for (size_t right = 0; right < 3; ++right) {
        const __m512 w = _mm512_loadu_ps(weight + (plane * 9 + down * 3 + right) * kStripLanes);
        const float* from = planes + plane * shape.plane + down * shape.line + right;
#pragma GCC unroll 8
        for (size_t x = 0; x < kStripPlaces; ++x) {
          sums[x] = _mm512_fmadd_ps(_mm512_set1_ps(from[2 * x]), w, sums[x]);
        }
      }
    }
  }
}

}  // namespace

void Avx512FilterStrip(const float* strip, const StripShape& shape, const StripFilter& filter) {
  if (shape.kernel == 3 && shape.stride == 1) return Filter<3, 1>(strip, shape, filter);
  if (shape.kernel == 3) return Filter<3, 2>(strip, shape, filter);
  if (shape.stride == 1) return Filter<5, 1>(strip, shape, filter);
  Filter<5, 2>(strip, shape, filter);
}

void Avx512ColourStrip(const float* planes, const PlanesShape& shape, const ColourLayer& layer,
                       float* out, size_t line, size_t block) {
  for (size_t c = 0; c < layer.channels; c += kStripLanes) {
    const __m512 bias = _mm512_loadu_ps(layer.bias + c);
    for (size_t y = 0; y < shape.rows; ++y) {
      for (size_t x = 0; x < shape.width; x += kStripPlaces) {
        __m512 sums[kStripPlaces];
        ColourPlaces(planes + 2 * y * shape.line + 2 * x, shape, layer.weight + c * 27, bias, sums);
        float* to = out + c / kStripLanes * block + (y * line + x) * kStripLanes;
        const size_t left = shape.width - x;
        for (size_t i = 0; i < kStripPlaces && i < left; ++i) {
          _mm512_storeu_ps(to + i * kStripLanes, Clip6(sums[i]));
        }
      }
    }
  }
}

}  // namespace imago
