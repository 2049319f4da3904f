#ifndef IMAGO_TESTS_SUPPORT_FUZZ_DECODER_H_
#define IMAGO_TESTS_SUPPORT_FUZZ_DECODER_H_

// What the fuzz targets of all picture formats do with an input.

#include <cstdint>
#include <cstdlib>

#include "embed/decode_image.h"
#include "embed/preprocess.h"

namespace imago {

// Decodes `data` if it is of the format, and aborts when the result breaks DecodeImage's contract.
inline int FuzzDecoder(ImageFormat format, const uint8_t* data, size_t size) {
  if (SniffImage({data, size}) != format) return 0;
  const DecodeOptions options{.max_pixels = 1 << 20, .min_short_side = size % 2 == 0 ? 16 : 0};
  const auto decoded = DecodeImage({data, size}, options);
  if (!decoded.ok()) return 0;
  const Image& image = decoded->image;
  const bool kept = image.width >= 1 && image.height >= 1 &&
                    image.rgb.size() == size_t{3} * image.width * image.height &&
                    decoded->format == format && decoded->full_width >= image.width &&
                    decoded->full_height >= image.height;
  if (!kept) std::abort();
  if (ResizeAndCrop(image, {.size = 8}).rgb.size() != 8 * 8 * 3) std::abort();
  return 0;
}

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_FUZZ_DECODER_H_
