#include "embed/label_vectors.h"

#include <algorithm>
#include <vector>

#include "embed/prompt_bank.h"
#include "fmt/format.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

// To one call of the encoder, so that a search need not wait for all texts of a long list.
constexpr size_t kTextsAtOnce = 256;

}  // namespace

absl::StatusOr<Matrix> EncodeLabels(const Encoder& encoder, absl::Span<const std::string> labels,
                                    absl::Span<const std::string> templates) {
  const size_t texts = labels.size() * templates.size();
  Matrix sums(labels.size(), static_cast<size_t>(encoder.dim()));
  for (size_t begin = 0; begin < texts; begin += kTextsAtOnce) {
    const size_t end = std::min(texts, begin + kTextsAtOnce);
    std::vector<Content> batch;
    for (size_t i = begin; i < end; ++i) {
      batch.push_back(
          TextContent{FillTemplate(templates[i % templates.size()], labels[i / templates.size()])});
    }
    auto encoded = encoder.Encode(batch);
    if (!encoded.ok()) return encoded.status();
    NormalizeRows(encoded->rows);
    for (size_t i = begin; i < end; ++i) {
      ActiveKernels().add_scaled(encoded->rows.row(i - begin), 1, sums.row(i / templates.size()),
                                 sums.cols());
    }
  }
  NormalizeRows(sums);
  for (size_t r = 0; r < sums.rows(); ++r) {
    const float square = ActiveKernels().dot_f32(sums.row(r), sums.row(r), sums.cols());
    if (square > 0.5f && square < 2) continue;
    return absl::InternalError(
        fmt::format("the model makes no vector of the label \"{}\"", labels[r]));
  }
  return sums;
}

}  // namespace imago
