#include "embed/named_colours.h"

#include <algorithm>
#include <cmath>

namespace imago {

std::array<float, kColours.size()> ColourShares(const Colour& rgb) {
  constexpr float kSharpness = 12;
  std::array<float, kColours.size()> shares;
  float sum = 0;
  for (size_t i = 0; i < kColours.size(); ++i) {
    float distance = 0;
    for (int c = 0; c < 3; ++c) distance += std::pow(rgb[c] - kColours[i].rgb[c], 2.0f);
    sum += shares[i] = std::exp(-kSharpness * distance);
  }
  for (float& share : shares) share /= sum;
  return shares;
}

Colour MeanColour(const Image& image, const PixelBox& box) {
  const int right = std::max(box.right, box.left + 1);
  const int bottom = std::max(box.bottom, box.top + 1);
  Colour mean = {};
  for (int y = box.top; y < bottom; ++y) {
    for (int x = box.left; x < right; ++x) {
      const uint8_t* rgb = image.rgb.data() + (static_cast<size_t>(y) * image.width + x) * 3;
      for (int c = 0; c < 3; ++c) mean[c] += rgb[c] / 255.0f;
    }
  }
  for (float& value : mean) {
    value /= static_cast<float>((right - box.left) * (bottom - box.top));
  }
  return mean;
}

}  // namespace imago
