#ifndef IMAGO_EMBED_RESAMPLE_H_
#define IMAGO_EMBED_RESAMPLE_H_

// A part of a resized picture, as Pillow's bicubic resize computes it bit for bit: a = -0.5,
// widened by the shrink factor; weights in double, rounded to 22 fractional bits; the horizontal
// pass first, its result rounded to 8 bits.

#include "embed/image.h"
#include "kernels/resample.h"

namespace imago {

// Outputs [begin, end) of an axis of `in` pixels resized to `out`.
struct AxisCut {
  int in = 0;
  int out = 0;
  int begin = 0;
  int end = 0;
};

// The cut of `image`, which is x.in by y.in pixels; [y.end - y.begin, x.end - x.begin].
Image ResizeCut(const Image& image, const AxisCut& x, const AxisCut& y);

}  // namespace imago

#endif  // IMAGO_EMBED_RESAMPLE_H_
