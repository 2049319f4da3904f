#ifndef IMAGO_EMBED_EVAL_PHOTOS_H_
#define IMAGO_EMBED_EVAL_PHOTOS_H_

// Embeds lists of files and texts for evaluations.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"

namespace imago {

struct PhotoEmbeddings {
  Matrix rows;        // [n, dim]
  Matrix histograms;  // [n, 512], unit length: the baseline that knows only colours
};

struct PhotoProgress {
  std::string what;
  std::function<void(const std::string& what, uint64_t done, uint64_t total)> on_progress;
};

absl::StatusOr<PhotoEmbeddings> EncodePhotos(const Encoder& encoder,
                                             const std::vector<std::string>& paths,
                                             const PhotoProgress& progress);
absl::StatusOr<Matrix> EncodeTexts(const Encoder& encoder, const std::vector<std::string>& texts);

// 8 levels for each of red, green and blue: square roots of the shares, so that dot products are
// Bhattacharyya coefficients and rows have unit length. `out` [512].
void ColourHistogram(const Image& image, float* out);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_PHOTOS_H_
