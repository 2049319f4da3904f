#ifndef IMAGO_EMBED_BAG_OF_WORDS_H_
#define IMAGO_EMBED_BAG_OF_WORDS_H_

// Retrieval by words alone: what an encoder's captions must beat to have read more than names.

#include <string>
#include <vector>

#include "kernels/matrix.h"

namespace imago {

// The distinct words of a text in lower case, sorted: runs of ASCII letters and digits, of which
// those of more than three lose an "s" at the end ("dogs", but not "bus" or "grass").
std::vector<std::string> WordsOf(const std::string& text);

// [texts, bags]: the sum of the weights of the words that a text shares with a bag. A word's weight
// is ln(texts / texts that have it). Equal scores are told apart by chance, of a fixed seed.
Matrix SharedWordScores(const std::vector<std::string>& texts,
                        const std::vector<std::string>& bags);

}  // namespace imago

#endif  // IMAGO_EMBED_BAG_OF_WORDS_H_
