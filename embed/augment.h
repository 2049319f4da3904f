#ifndef IMAGO_EMBED_AUGMENT_H_
#define IMAGO_EMBED_AUGMENT_H_

// Random views of training pictures.

#include <cstdint>
#include <string>

#include "embed/image.h"

namespace imago {

struct AugmentOptions {
  double min_area = 0.35;  // of the picture, that the crop keeps
  double max_aspect = 4.0 / 3;
  double jitter = 0.8;       // probability of a change of brightness, contrast and colour
  double light = 0.3;        // brightness and contrast are scaled within 1 +- light
  double colour_from = 0.5;  // saturation is scaled within [colour_from, colour_to]
  double colour_to = 1.4;
  double grey = 0.08;    // probability
  double mirror = 0.5;   // probability
  double coarse = 0.25;  // probability of being shrunk to a side of 24 to 96 pixels in between
};
// For drawings, many of which mean something else in a mirror or when half of them is cut off, and
// which must not be known by their colours alone.
AugmentOptions DrawingAugment();
// All that decides the views, in one line.
std::string Describe(const AugmentOptions& options);

// A random crop resized to size x size, mirrored, its colours shifted, each by chance. The same
// picture, options and seed give the same view. `image` is not empty.
Image AugmentedView(const Image& image, int size, uint64_t seed,
                    const AugmentOptions& options = {});

// Brightness, contrast (about the mean grey) and saturation, each scaled by its factor in this
// order; 1 leaves it as it is.
struct ColourShift {
  double brightness = 1;
  double contrast = 1;
  double colour = 1;
};
void ShiftColours(Image& image, const ColourShift& shift);

}  // namespace imago

#endif  // IMAGO_EMBED_AUGMENT_H_
