#include "tests/support/pictures.h"

#include <algorithm>
#include <random>

namespace imago {
namespace {

void PutU32(uint32_t value, std::string& out) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

}  // namespace

Image PlainImage(const Colour& colour, int width, int height) {
  Image image{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    image.rgb.insert(image.rgb.end(), colour.begin(), colour.end());
  }
  return image;
}

Image SeededImage(uint32_t seed, int size) {
  std::mt19937 random(seed);
  std::array<Colour, 4> colours;
  for (Colour& colour : colours) {
    for (uint8_t& channel : colour) channel = static_cast<uint8_t>(random());
  }
  Image image{size, size, {}};
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const Colour& colour = colours[(y * 2 / size) * 2 + x * 2 / size];
      image.rgb.insert(image.rgb.end(), colour.begin(), colour.end());
    }
  }
  return image;
}

std::string BmpFile(const Image& image) {
  const uint32_t stride = (static_cast<uint32_t>(image.width) * 3 + 3) / 4 * 4;
  const uint32_t data_bytes = stride * static_cast<uint32_t>(image.height);
  std::string out = "BM";
  PutU32(54 + data_bytes, out);
  PutU32(0, out);
  PutU32(54, out);
  PutU32(40, out);
  PutU32(static_cast<uint32_t>(image.width), out);
  PutU32(static_cast<uint32_t>(image.height), out);
  PutU32(1 | 24 << 16, out);  // planes, bits
  PutU32(0, out);
  PutU32(data_bytes, out);
  for (int i = 0; i < 4; ++i) PutU32(0, out);
  for (int y = image.height - 1; y >= 0; --y) {
    std::string row(stride, '\0');
    for (int x = 0; x < image.width; ++x) {
      const uint8_t* pixel = &image.rgb[static_cast<size_t>(y * image.width + x) * 3];
      for (int c = 0; c < 3; ++c)
        row[static_cast<size_t>(x * 3 + c)] = static_cast<char>(pixel[2 - c]);
    }
    out += row;
  }
  return out;
}

}  // namespace imago
