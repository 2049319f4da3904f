#ifndef IMAGO_KERNELS_MAP_STRIP_H_
#define IMAGO_KERNELS_MAP_STRIP_H_

// Convolutions of some rows of a picture's map at a time, a strip, so that what a layer makes is
// still in the cache when the next one reads it.

#include <cstddef>
#include <cstdint>

#include "kernels/huge_pages.h"

namespace imago {

inline constexpr size_t kStripLanes = 16;  // channels that lie together in a strip
inline constexpr size_t kStripPlaces = 8;  // of a row, that are computed at once

// A strip of f32: channel c of the place at row y and column x lies at
// (c / 16) block + (y line + x) 16 + c % 16. It has a rim of zeros wherever the convolution pads.
struct StripShape {
  size_t rows = 0;   // of what is made
  size_t width = 0;  // and its places in a row
  size_t channels = 0;
  size_t kernel = 3;
  size_t stride = 1;
  size_t line = 0;   // places in a row of the strip: at least StripLine
  size_t block = 0;  // floats
};
// How many places a row needs, whole kStripPlaces being computed.
size_t StripLine(size_t width, size_t kernel, size_t stride);

// The strip's `channels` filtered one by one, a bias added, cut to [0, 6] and rounded to bfloat16:
// out [rows * width, columns] row by row. `weight` is [channels / 16, kernel^2, 16], `bias`
// [channels]; kernel 3 or 5, stride 1 or 2, channels a multiple of 16.
struct StripFilter {
  const float* weight = nullptr;
  const float* bias = nullptr;
  uint16_t* out = nullptr;
  size_t columns = 0;
};
void ScalarFilterStrip(const float* strip, const StripShape& shape, const StripFilter& filter);
// For CPUs with AVX-512 (F, BW, VL, BF16).
void Avx512FilterStrip(const float* strip, const StripShape& shape, const StripFilter& filter);

// A network's first layer, a convolution of 3 x 3 with stride 2 over three planes of colour, cut to
// [0, 6]. `planes` are [3, 2 rows + 1, line] with a rim of zeros, line at least StripLine(width, 3,
// 2); weight [channels / 16, 27, 16] (plane, row, column). To a strip that begins at `out`.
struct ColourLayer {
  const float* weight = nullptr;
  const float* bias = nullptr;
  size_t channels = 0;
};
struct PlanesShape {
  size_t rows = 0;  // of what is made
  size_t width = 0;
  size_t line = 0;   // of a plane
  size_t plane = 0;  // floats from plane to plane
};
void ScalarColourStrip(const float* planes, const PlanesShape& shape, const ColourLayer& layer,
                       float* out, size_t line, size_t block);
void Avx512ColourStrip(const float* planes, const PlanesShape& shape, const ColourLayer& layer,
                       float* out, size_t line, size_t block);

}  // namespace imago

#endif  // IMAGO_KERNELS_MAP_STRIP_H_
