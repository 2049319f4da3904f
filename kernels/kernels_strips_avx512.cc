// g++ 12 takes the undefined source operand inside its own intrinsics for a mistake of ours.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <immintrin.h>

#include "kernels/kernels_avx512_math.h"
#include "kernels/map_strip.h"

namespace imago {
namespace {

// B times sixteen channels of kStripPlaces places of a row, whose sums stay in registers.
template <size_t K, size_t S, size_t B>
void FilterPlaces(const float* corner, const StripShape& shape, const float* weight,
                  __m512 (*sums)[kStripPlaces]) {
#pragma GCC unroll 5
  for (size_t down = 0; down < K; ++down) {
#pragma GCC unroll 5
    for (size_t right = 0; right < K; ++right) {
#pragma GCC unroll 2
      for (size_t b = 0; b < B; ++b) {
        const __m512 w = _mm512_loadu_ps(weight + (b * K * K + down * K + right) * kStripLanes);
        const float* from = corner + b * shape.block + (down * shape.line + right) * kStripLanes;
#pragma GCC unroll 8
        for (size_t x = 0; x < kStripPlaces; ++x) {
          sums[b][x] = _mm512_fmadd_ps(_mm512_loadu_ps(from + x * S * kStripLanes), w, sums[b][x]);
        }
      }
    }
  }
}

// One place's channels, as whole cache lines where there are 32.
template <size_t B>
void PutPlace(__m512 (*sums)[kStripPlaces], size_t x, const StripFilter& filter, size_t to) {
  for (size_t b = 0; b < B; ++b) {
    PutRounded(Clip6(sums[b][x]), filter.out + to + b * kStripLanes);
  }
}

// B times sixteen channels from c on.
template <size_t K, size_t S, size_t B>
void FilterChannels(const float* strip, const StripShape& shape, const StripFilter& filter,
                    size_t c) {
  const float* from = strip + c / kStripLanes * shape.block;
  for (size_t y = 0; y < shape.rows; ++y) {
    for (size_t x = 0; x < shape.width; x += kStripPlaces) {
      __m512 sums[B][kStripPlaces];
#pragma GCC unroll 2
      for (size_t b = 0; b < B; ++b) {
        const __m512 bias = _mm512_loadu_ps(filter.bias + c + b * kStripLanes);
#pragma GCC unroll 8
        for (size_t i = 0; i < kStripPlaces; ++i) sums[b][i] = bias;
      }
      FilterPlaces<K, S, B>(from + (y * S * shape.line + x * S) * kStripLanes, shape,
                            filter.weight + c * K * K, sums);
      const size_t to = (y * shape.width + x) * filter.columns + c;
#pragma GCC unroll 8
      for (size_t i = 0; i < kStripPlaces; ++i) {
        if (x + i >= shape.width) break;
        PutPlace<B>(sums, i, filter, to + i * filter.columns);
      }
    }
  }
}

template <size_t K, size_t S>
void Filter(const float* strip, const StripShape& shape, const StripFilter& filter) {
  size_t c = 0;
  for (; c + kStripLanes < shape.channels; c += 2 * kStripLanes) {
    FilterChannels<K, S, 2>(strip, shape, filter, c);
  }
  if (c < shape.channels) FilterChannels<K, S, 1>(strip, shape, filter, c);
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
