#ifndef IMAGO_QUERY_MEANING_H_
#define IMAGO_QUERY_MEANING_H_

// Cosines of texts as scores. Text encoders put any two words close to each other, each model its
// own way; what counts is by how much two are closer than words that have nothing in common.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"

namespace imago {

// (cosine - background) / (1 - background), but 0 below the background and at most 1.
double MeaningScore(double cosine, double background);

// The cosine that nine of ten pairs of the texts, at least two, stay below; from 0 to 0.99.
absl::StatusOr<double> BackgroundCosine(const Encoder& encoder,
                                        const std::vector<std::string>& texts);
// Nouns that have little to do with each other, for that.
std::vector<std::string> UnlikeNouns();

}  // namespace imago

#endif  // IMAGO_QUERY_MEANING_H_
