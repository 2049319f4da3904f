#ifndef IMAGO_EMBED_DECODE_IMAGE_H_
#define IMAGO_EMBED_DECODE_IMAGE_H_

// Picture files in, pixels out: JPEG, PNG, WebP, GIF, BMP, TIFF, recognised by content and never by
// name. The result is upright (EXIF and TIFF orientation applied), 8-bit RGB, transparency laid on
// white; of an animation the first frame. Broken or truncated input is an error, never a half-grey
// picture.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "embed/image.h"

namespace imago {

enum class ImageFormat { kUnknown, kJpeg, kPng, kWebp, kGif, kBmp, kTiff };

ImageFormat SniffImage(absl::Span<const uint8_t> bytes);
std::string_view ImageFormatName(
    ImageFormat format);  // "JPEG", ...; also what the Content-Type of an original is made from
std::string_view ImageMimeType(ImageFormat format);  // "image/jpeg", ...

struct DecodeOptions {
  int64_t max_bytes = 256 << 20;  // of the file
  int64_t max_pixels =
      200'000'000;      // width * height as the header says, checked before anything is decoded
  int max_ratio = 200;  // longer side / shorter side
  // When > 0, a JPEG may be decoded at 1/2, 1/4 or 1/8 scale so long as its shorter side stays at
  // least this: the caller is going to shrink it anyway. 0 decodes in full.
  int min_short_side = 0;
};

struct DecodedImage {
  Image image;
  ImageFormat format = ImageFormat::kUnknown;
  int full_width = 0;  // of the undiminished upright picture
  int full_height = 0;
};

// kInvalidArgument: over a limit. kUnimplemented: not a picture format that Imago reads. kDataLoss:
// corrupt or truncated. Messages do not name the file, callers that know it add it.
absl::StatusOr<DecodedImage> DecodeImage(absl::Span<const uint8_t> bytes,
                                         const DecodeOptions& options = {});
// Reads and decodes; every error names the path.
absl::StatusOr<DecodedImage> DecodeImageFile(const std::string& path,
                                             const DecodeOptions& options = {});

// Whole file; kInvalidArgument when larger than max_bytes, kNotFound, kPermissionDenied.
absl::StatusOr<std::string> ReadFile(const std::string& path, int64_t max_bytes);

// JPEG of the picture scaled down (area-averaged, never up) so that its longer side is at most
// `max_side`.
absl::StatusOr<std::string> EncodeThumbnail(const Image& image, int max_side = 256,
                                            int quality = 82);
absl::StatusOr<std::string> EncodeJpeg(const Image& image, int quality = 90);

}  // namespace imago

#endif  // IMAGO_EMBED_DECODE_IMAGE_H_
