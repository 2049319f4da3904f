#ifndef IMAGO_TESTS_EMBED_TORCH_PUBLISHED_SUPPORT_H_
#define IMAGO_TESTS_EMBED_TORCH_PUBLISHED_SUPPORT_H_

// Imported bundles against goldens.

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "embed/encoder.h"

namespace imago {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

inline Matrix EncodeWith(const std::string& bundle_dir, Precision precision,
                         const std::vector<Content>& contents) {
  EncoderOptions options;
  options.precision = precision;
  const auto encoder = OpenEncoder(bundle_dir, options);
  if (!encoder.ok()) throw std::runtime_error(encoder.status().ToString());
  auto embeddings = (*encoder)->Encode(contents);
  if (!embeddings.ok()) throw std::runtime_error(embeddings.status().ToString());
  return std::move(embeddings->rows);
}

inline double MaxDifference(const float* row, const std::vector<float>& expected) {
  double difference = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    difference = std::max(difference, std::abs(double{row[i]} - expected[i]));
  }
  return difference;
}

inline double Cosine(const float* row, const std::vector<float>& expected) {
  double sum = 0;
  for (size_t i = 0; i < expected.size(); ++i) sum += double{row[i]} * expected[i];
  return sum;
}

}  // namespace imago

#endif  // IMAGO_TESTS_EMBED_TORCH_PUBLISHED_SUPPORT_H_
