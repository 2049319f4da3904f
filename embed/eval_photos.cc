#include "embed/eval_photos.h"

#include <algorithm>
#include <cmath>

#include "embed/decode_image.h"

namespace imago {
namespace {

constexpr size_t kBatch = 32;
constexpr size_t kBins = 512;

}  // namespace

void ColourHistogram(const Image& image, float* out) {
  std::vector<size_t> counts(kBins);
  for (size_t i = 0; i + 2 < image.rgb.size(); i += 3) {
    ++counts[(image.rgb[i] / 32) * 64 + (image.rgb[i + 1] / 32) * 8 + image.rgb[i + 2] / 32];
  }
  const double pixels = std::max<double>(1, static_cast<double>(image.rgb.size() / 3));
  for (size_t b = 0; b < kBins; ++b) {
    out[b] = static_cast<float>(std::sqrt(static_cast<double>(counts[b]) / pixels));
  }
}

absl::StatusOr<PhotoEmbeddings> EncodePhotos(const Encoder& encoder,
                                             const std::vector<std::string>& paths,
                                             const PhotoProgress& progress) {
  PhotoEmbeddings all;
  all.histograms = Matrix(paths.size(), kBins);
  for (size_t begin = 0; begin < paths.size(); begin += kBatch) {
    std::vector<Content> batch;
    const size_t end = std::min(begin + kBatch, paths.size());
    for (size_t i = begin; i < end; ++i) {
      auto decoded = DecodeImageFile(paths[i]);
      if (!decoded.ok()) return decoded.status();
      Image input = ResizeAndCrop(decoded->image, encoder.preprocess());
      ColourHistogram(input, all.histograms.row(i));
      batch.push_back(ImageContent{std::move(input)});
    }
    const auto embeddings = encoder.Encode(batch);
    if (!embeddings.ok()) return embeddings.status();
    all.rows.Append(embeddings->rows);
    if (progress.on_progress) progress.on_progress(progress.what, end, paths.size());
  }
  return all;
}

absl::StatusOr<Matrix> EncodeTexts(const Encoder& encoder, const std::vector<std::string>& texts) {
  std::vector<Content> batch;
  for (const std::string& text : texts) batch.push_back(TextContent{text});
  auto embeddings = encoder.Encode(batch);
  if (!embeddings.ok()) return embeddings.status();
  return std::move(embeddings->rows);
}

}  // namespace imago
