#ifndef IMAGO_EMBED_EXIF_H_
#define IMAGO_EMBED_EXIF_H_

// Which way up a picture is, from its EXIF block.

#include <cstdint>

#include "absl/types/span.h"

namespace imago {

// The orientation (1 to 8) in the first directory of `block`, which is a TIFF structure with or
// without "Exif\0\0" before it. 1, upright, when there is none or the block makes no sense: bad
// metadata does not spoil a picture.
int ExifOrientation(absl::Span<const uint8_t> block);

}  // namespace imago

#endif  // IMAGO_EMBED_EXIF_H_
