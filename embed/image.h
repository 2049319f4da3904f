#ifndef IMAGO_EMBED_IMAGE_H_
#define IMAGO_EMBED_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace imago {

// 8-bit RGB, rows packed, top row first: pixel (x, y) starts at rgb[(y * width + x) * 3].
struct Image {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb;

  friend bool operator==(const Image&, const Image&) = default;
};

}  // namespace imago

#endif  // IMAGO_EMBED_IMAGE_H_
