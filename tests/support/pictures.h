#ifndef IMAGO_TESTS_SUPPORT_PICTURES_H_
#define IMAGO_TESTS_SUPPORT_PICTURES_H_

// Small made-up pictures, written without the code under test.

#include <array>
#include <cstdint>
#include <string>

#include "embed/image.h"

namespace imago {

using Colour = std::array<uint8_t, 3>;

inline constexpr Colour kRed = {220, 20, 20};
inline constexpr Colour kGreen = {20, 200, 20};
inline constexpr Colour kBlue = {20, 20, 220};
inline constexpr Colour kWhite = {255, 255, 255};

Image PlainImage(const Colour& colour, int width = 16, int height = 16);
// Each quarter in a colour of its own that follows from `seed`; different seeds, different bytes.
Image SeededImage(uint32_t seed, int size = 16);

// The picture as a 24-bit BMP file.
std::string BmpFile(const Image& image);
inline std::string PlainBmp(const Colour& colour, int width = 16, int height = 16) {
  return BmpFile(PlainImage(colour, width, height));
}
inline std::string SeededBmp(uint32_t seed) { return BmpFile(SeededImage(seed)); }

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_PICTURES_H_
