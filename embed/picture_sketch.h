#ifndef IMAGO_EMBED_PICTURE_SKETCH_H_
#define IMAGO_EMBED_PICTURE_SKETCH_H_

// Whether two pictures show the same but for size, compression and small edits.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "embed/image.h"

namespace imago {

struct PictureSketch {
  // Difference hashes: where the grey picture of 9 x 8 pixels darkens from left to right, and that
  // of 8 x 9 from top to bottom.
  std::array<uint64_t, 2> bits = {};
  std::array<uint8_t, 16 * 16 * 3> thumbnail = {};  // the whole picture, squashed; RGB
};
PictureSketch SketchOf(const Image& image);

// How unlike two sketches are.
struct SketchDistance {
  int bits = 0;           // that differ, of 128
  double thumbnails = 0;  // mean distance of their values, 0 to 255
};
SketchDistance Distance(const PictureSketch& a, const PictureSketch& b);

// At most so far apart are near-duplicates.
struct SketchLimits {
  int bits = 12;
  double thumbnails = 6;
};

struct NearPair {
  size_t picture = 0;
  size_t other = 0;
  SketchDistance distance;
};
// For each of the pictures that has near-duplicates among the others, the nearest of these by
// thumbnail; in the order of the pictures. Compares all with all.
std::vector<NearPair> FindNearPairs(const std::vector<PictureSketch>& pictures,
                                    const std::vector<PictureSketch>& others,
                                    const SketchLimits& limits);

}  // namespace imago

#endif  // IMAGO_EMBED_PICTURE_SKETCH_H_
