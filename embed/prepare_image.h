#ifndef IMAGO_EMBED_PREPARE_IMAGE_H_
#define IMAGO_EMBED_PREPARE_IMAGE_H_

// From a picture file to everything that indexing keeps of it.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "embed/decode_image.h"
#include "embed/preprocess.h"

namespace imago {

struct PrepareOptions {
  DecodeOptions decode;
  PreprocessOptions preprocess;
  int thumbnail_side = 256;  // EncodeThumbnail's max_side; 0: no thumbnail
};

struct PreparedImage {
  Image input;            // ResizeAndCrop'd
  std::string thumbnail;  // JPEG
  ImageFormat format = ImageFormat::kUnknown;
  int full_width = 0;  // of the undiminished upright picture
  int full_height = 0;
};

// In this process; errors as DecodeImage. With decode.min_short_side unset, every picture is
// decoded in full. See decode_worker.h for files that nobody vouches for.
absl::StatusOr<PreparedImage> PrepareImage(absl::Span<const uint8_t> bytes,
                                           const PrepareOptions& options);
absl::StatusOr<PreparedImage> PrepareImage(absl::Span<const uint8_t> bytes,
                                           const DecodeOptions& decode,
                                           const PreprocessOptions& preprocess);

}  // namespace imago

#endif  // IMAGO_EMBED_PREPARE_IMAGE_H_
