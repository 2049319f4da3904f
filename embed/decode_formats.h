#ifndef IMAGO_EMBED_DECODE_FORMATS_H_
#define IMAGO_EMBED_DECODE_FORMATS_H_

// What the readers of the picture formats share. Each takes a whole file whose first bytes are
// those of its format, keeps the contract of DecodeImage and begins its messages with the format's
// name. All may throw std::bad_alloc and nothing else.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "embed/decode_image.h"

namespace imago {

using ByteSpan = absl::Span<const uint8_t>;

absl::StatusOr<DecodedImage> DecodeJpeg(ByteSpan bytes, const DecodeOptions& options);
absl::StatusOr<DecodedImage> DecodePng(ByteSpan bytes, const DecodeOptions& options);
absl::StatusOr<DecodedImage> DecodeWebp(ByteSpan bytes, const DecodeOptions& options);
absl::StatusOr<DecodedImage> DecodeGif(ByteSpan bytes, const DecodeOptions& options);
absl::StatusOr<DecodedImage> DecodeBmp(ByteSpan bytes, const DecodeOptions& options);
absl::StatusOr<DecodedImage> DecodeTiff(ByteSpan bytes, const DecodeOptions& options);

// Both sides at least 1 and within the limits; to be asked before anything of that size is
// allocated.
absl::Status CheckDimensions(ImageFormat format, int64_t width, int64_t height,
                             const DecodeOptions& options);
absl::Status Corrupt(ImageFormat format, const std::string& what);      // kDataLoss
absl::Status Unsupported(ImageFormat format, const std::string& what);  // kUnimplemented

Image NewImage(int width, int height);
// A component over white, rounded: exact for alpha 0 and 255.
inline uint8_t OverWhite(uint8_t value, uint8_t alpha) {
  const unsigned sum = value * alpha + 255u * (255u - alpha) + 128u;
  return static_cast<uint8_t>((sum + (sum >> 8)) >> 8);
}
void BlendOnWhite(const uint8_t* rgba, size_t pixels, uint8_t* rgb);

// The stored picture turned as an EXIF orientation (1 to 8) says.
Image Upright(Image stored, int orientation);
// What a reader returns: `stored` turned upright, its full size as given and turned likewise.
DecodedImage MakeDecoded(ImageFormat format, Image stored, int orientation);

}  // namespace imago

#endif  // IMAGO_EMBED_DECODE_FORMATS_H_
