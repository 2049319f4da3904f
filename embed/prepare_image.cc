#include "embed/prepare_image.h"

#include <utility>

namespace imago {

absl::StatusOr<PreparedImage> PrepareImage(absl::Span<const uint8_t> bytes,
                                           const PrepareOptions& options) {
  const absl::StatusOr<DecodedImage> decoded = DecodeImage(bytes, options.decode);
  if (!decoded.ok()) return decoded.status();
  PreparedImage prepared;
  prepared.format = decoded->format;
  prepared.full_width = decoded->full_width;
  prepared.full_height = decoded->full_height;
  prepared.input = ResizeAndCrop(decoded->image, options.preprocess);
  if (options.thumbnail_side > 0) {
    auto thumbnail = EncodeThumbnail(decoded->image, options.thumbnail_side);
    if (!thumbnail.ok()) return thumbnail.status();
    prepared.thumbnail = *std::move(thumbnail);
  }
  return prepared;
}

absl::StatusOr<PreparedImage> PrepareImage(absl::Span<const uint8_t> bytes,
                                           const DecodeOptions& decode,
                                           const PreprocessOptions& preprocess) {
  return PrepareImage(bytes, PrepareOptions{decode, preprocess});
}

}  // namespace imago
