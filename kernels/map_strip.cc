#include "kernels/map_strip.h"

#include <algorithm>

#include "kernels/tile_product.h"

namespace imago {
namespace {

float Clip6(double value) { return static_cast<float>(std::min(std::max(value, 0.0), 6.0)); }

// One filtered value, of the lane in the sixteen channels at `strip` and `weight`.
double FilteredPlace(const float* strip, const StripShape& shape, const float* weight, size_t y,
                     size_t x) {
  double sum = 0;
  for (size_t down = 0; down < shape.kernel; ++down) {
    for (size_t right = 0; right < shape.kernel; ++right) {
      const size_t place = (y * shape.stride + down) * shape.line + x * shape.stride + right;
      sum +=
          double{strip[place * kStripLanes]} * weight[(down * shape.kernel + right) * kStripLanes];
    }
  }
  return sum;
}

}  // namespace

size_t StripLine(size_t width, size_t kernel, size_t stride) {
  const size_t whole = (width + kStripPlaces - 1) / kStripPlaces * kStripPlaces;
  return (whole - 1) * stride + kernel;
}

void ScalarFilterStrip(const float* strip, const StripShape& shape, const StripFilter& filter) {
  const size_t taps = shape.kernel * shape.kernel;
  for (size_t c = 0; c < shape.channels; ++c) {
    const float* from = strip + c / kStripLanes * shape.block + c % kStripLanes;
    const float* weight = filter.weight + c / kStripLanes * taps * kStripLanes + c % kStripLanes;
    for (size_t y = 0; y < shape.rows; ++y) {
      for (size_t x = 0; x < shape.width; ++x) {
        const float value = Clip6(FilteredPlace(from, shape, weight, y, x) + filter.bias[c]);
        filter.out[(y * shape.width + x) * filter.columns + c] = ToBfloat16(value);
      }
    }
  }
}

void ScalarColourStrip(const float* planes, const PlanesShape& shape, const ColourLayer& layer,
                       float* out, size_t line, size_t block) {
  for (size_t c = 0; c < layer.channels; ++c) {
    const float* weight = layer.weight + c / kStripLanes * 27 * kStripLanes + c % kStripLanes;
    float* to = out + c / kStripLanes * block + c % kStripLanes;
    for (size_t y = 0; y < shape.rows; ++y) {
      for (size_t x = 0; x < shape.width; ++x) {
        double sum = layer.bias[c];
        for (size_t tap = 0; tap < 27; ++tap) {
          const size_t at = tap / 9 * shape.plane + (2 * y + tap / 3 % 3) * shape.line + 2 * x;
          sum += double{planes[at + tap % 3]} * weight[tap * kStripLanes];
        }
        to[(y * line + x) * kStripLanes] = Clip6(sum);
      }
    }
  }
}

}  // namespace imago
