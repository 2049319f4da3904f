#include "embed/picture_sketch.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <optional>

#include "embed/preprocess.h"

namespace imago {
namespace {

constexpr int kBits = 8;
constexpr int kThumbnail = 16;

int GreyAt(const Image& image, int x, int y) {
  const uint8_t* rgb = image.rgb.data() + (static_cast<size_t>(y) * image.width + x) * 3;
  return (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2]) / 1000;
}

// One bit for each of 8 x 8 places: whether the next one along `dx`, `dy` is darker.
uint64_t Darkens(const Image& image, int dx, int dy) {
  uint64_t bits = 0;
  for (int y = 0; y < kBits; ++y) {
    for (int x = 0; x < kBits; ++x) {
      const bool darker = GreyAt(image, x, y) > GreyAt(image, x + dx, y + dy);
      bits = bits << 1 | static_cast<uint64_t>(darker);
    }
  }
  return bits;
}

int BitsApart(const PictureSketch& a, const PictureSketch& b) {
  return std::popcount(a.bits[0] ^ b.bits[0]) + std::popcount(a.bits[1] ^ b.bits[1]);
}

double ThumbnailsApart(const PictureSketch& a, const PictureSketch& b) {
  int sum = 0;
  for (size_t i = 0; i < a.thumbnail.size(); ++i) {
    sum += std::abs(int{a.thumbnail[i]} - int{b.thumbnail[i]});
  }
  return static_cast<double>(sum) / static_cast<double>(a.thumbnail.size());
}

}  // namespace

PictureSketch SketchOf(const Image& image) {
  PictureSketch sketch;
  sketch.bits = {Darkens(ResizeBicubic(image, kBits + 1, kBits), 1, 0),
                 Darkens(ResizeBicubic(image, kBits, kBits + 1), 0, 1)};
  const Image thumbnail = ResizeBicubic(image, kThumbnail, kThumbnail);
  std::copy(thumbnail.rgb.begin(), thumbnail.rgb.end(), sketch.thumbnail.begin());
  return sketch;
}

SketchDistance Distance(const PictureSketch& a, const PictureSketch& b) {
  return {BitsApart(a, b), ThumbnailsApart(a, b)};
}

std::vector<NearPair> FindNearPairs(const std::vector<PictureSketch>& pictures,
                                    const std::vector<PictureSketch>& others,
                                    const SketchLimits& limits) {
  std::vector<NearPair> pairs;
  for (size_t p = 0; p < pictures.size(); ++p) {
    std::optional<NearPair> nearest;
    for (size_t o = 0; o < others.size(); ++o) {
      if (BitsApart(pictures[p], others[o]) > limits.bits) continue;
      const SketchDistance distance = Distance(pictures[p], others[o]);
      if (distance.thumbnails > limits.thumbnails) continue;
      if (nearest && nearest->distance.thumbnails <= distance.thumbnails) continue;
      nearest = {p, o, distance};
    }
    if (nearest) pairs.push_back(*nearest);
  }
  return pairs;
}

}  // namespace imago
