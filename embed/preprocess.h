#ifndef IMAGO_EMBED_PREPROCESS_H_
#define IMAGO_EMBED_PREPROCESS_H_

// Pixels in, the image tower's input out.

#include <array>
#include <vector>

#include "absl/status/status.h"
#include "embed/image.h"

namespace imago {

enum class ResizeMode {
  kShortSide,  // short side to `size`, then centre crop (CLIP)
  kSquash,     // both sides to `size` (SigLIP)
};

struct PreprocessOptions {
  int size = 224;
  ResizeMode mode = ResizeMode::kShortSide;
  std::array<float, 3> mean = {0.48145466f, 0.4578275f,
                               0.40821073f};  // CLIP's, of values in [0, 1]
  std::array<float, 3> std = {0.26862954f, 0.26130258f, 0.27577711f};

  friend bool operator==(const PreprocessOptions&, const PreprocessOptions&) = default;
};

// Bicubic with antialiasing exactly as Pillow does it (fixed point, horizontal pass first): a =
// -0.5, support scaled by the shrink factor, 22-bit integer weights, intermediate rounded to 8 bit.
Image ResizeBicubic(const Image& image, int width, int height);

// Resized and cropped to size x size as `options` say; crop offsets round half to even. `image` is
// not empty.
Image ResizeAndCrop(const Image& image, const PreprocessOptions& options);

// [3, size, size] (channel, row, column): (value / 255 - mean) / std. Bit-exact with CLIP's
// published preprocessing.
void Preprocess(const Image& image, const PreprocessOptions& options, float* out);

}  // namespace imago

#endif  // IMAGO_EMBED_PREPROCESS_H_
