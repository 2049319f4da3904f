#include "query/meaning.h"

#include <algorithm>

#include "kernels/kernels.h"

namespace imago {

double MeaningScore(double cosine, double background) {
  return std::clamp((cosine - background) / (1 - background), 0.0, 1.0);
}

absl::StatusOr<double> BackgroundCosine(const Encoder& encoder,
                                        const std::vector<std::string>& texts) {
  std::vector<Content> contents;
  for (const std::string& text : texts) contents.push_back(TextContent{text});
  const auto embeddings = encoder.Encode(contents);
  if (!embeddings.ok()) return embeddings.status();
  const Matrix& rows = embeddings->rows;
  std::vector<double> cosines;
  for (size_t i = 0; i < rows.rows(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      cosines.push_back(double{ActiveKernels().dot_f32(rows.row(i), rows.row(j), rows.cols())});
    }
  }
  const auto place = cosines.begin() + static_cast<std::ptrdiff_t>(cosines.size() * 9 / 10);
  std::nth_element(cosines.begin(), place, cosines.end());
  return std::clamp(*place, 0.0, 0.99);
}

std::vector<std::string> UnlikeNouns() {
  return {"police",   "banana", "river",  "computer", "dog",    "bicycle", "president", "spoon",
          "mountain", "nurse",  "guitar", "airplane", "shoe",   "soldier", "tree",      "cup",
          "lawyer",   "horse",  "bottle", "child",    "bridge", "camera",  "bread",     "crowd",
          "knife",    "boat",   "doctor", "bed",      "flag",   "truck",   "letter",    "window"};
}

}  // namespace imago
