#ifndef IMAGO_EMBED_NAMED_COLOURS_H_
#define IMAGO_EMBED_NAMED_COLOURS_H_

// The colours that the deterministic twins know by name.

#include <array>
#include <string_view>

#include "embed/image.h"

namespace imago {

using Colour = std::array<float, 3>;  // red, green, blue from 0 to 1

struct NamedColour {
  std::string_view word;
  Colour rgb;
};
inline constexpr std::array<NamedColour, 13> kColours = {{{"black", {0, 0, 0}},
                                                          {"white", {1, 1, 1}},
                                                          {"grey", {0.5f, 0.5f, 0.5f}},
                                                          {"red", {1, 0, 0}},
                                                          {"green", {0, 0.6f, 0}},
                                                          {"blue", {0, 0, 1}},
                                                          {"yellow", {1, 1, 0}},
                                                          {"orange", {1, 0.55f, 0}},
                                                          {"purple", {0.55f, 0, 0.6f}},
                                                          {"pink", {1, 0.7f, 0.8f}},
                                                          {"brown", {0.5f, 0.3f, 0.1f}},
                                                          {"cyan", {0, 1, 1}},
                                                          {"magenta", {1, 0, 1}}}};

// Shares of the named colours in one colour, the nearest by far the most. They sum to 1.
std::array<float, kColours.size()> ColourShares(const Colour& rgb);

// Pixels from left and top up to, and without, right and bottom; at least one is looked at.
struct PixelBox {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
};
// The mean colour of a part of a picture that has pixels.
Colour MeanColour(const Image& image, const PixelBox& box);

}  // namespace imago

#endif  // IMAGO_EMBED_NAMED_COLOURS_H_
