#include "embed/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "embed/resample.h"

namespace imago {
namespace {

// The middle `size` of `out` outputs; the first offset is rounded half to even.
AxisCut MiddleOf(int in, int out, int size) {
  const int begin = static_cast<int>(std::nearbyint((out - size) / 2.0));
  return {in, out, begin, begin + size};
}

// The longer side that keeps the shape when the shorter one becomes `size`, cut off, not rounded.
int LongSide(int longer, int shorter, int size) {
  return static_cast<int>(static_cast<int64_t>(size) * longer / shorter);
}

}  // namespace

Image ResizeBicubic(const Image& image, int width, int height) {
  return ResizeCut(image, {image.width, width, 0, width}, {image.height, height, 0, height});
}

Image ResizeAndCrop(const Image& image, const PreprocessOptions& options) {
  const int size = options.size;
  if (options.mode == ResizeMode::kSquash) return ResizeBicubic(image, size, size);
  const bool wide = image.width > image.height;
  const int width = wide ? LongSide(image.width, image.height, size) : size;
  const int height = wide ? size : LongSide(image.height, image.width, size);
  return ResizeCut(image, MiddleOf(image.width, width, size), MiddleOf(image.height, height, size));
}

void Preprocess(const Image& image, const PreprocessOptions& options, float* out) {
  const Image input = ResizeAndCrop(image, options);
  const size_t pixels = input.rgb.size() / 3;
  for (size_t c = 0; c < 3; ++c) {
    // One division for each of the 256 values gives the same bits as one for each pixel.
    std::array<float, 256> normalised;
    for (size_t v = 0; v < 256; ++v) {
      normalised[v] = (static_cast<float>(v) / 255.0f - options.mean[c]) / options.std[c];
    }
    for (size_t i = 0; i < pixels; ++i) out[c * pixels + i] = normalised[input.rgb[i * 3 + c]];
  }
}

}  // namespace imago
