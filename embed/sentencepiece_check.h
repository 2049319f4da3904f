#ifndef IMAGO_EMBED_SENTENCEPIECE_CHECK_H_
#define IMAGO_EMBED_SENTENCEPIECE_CHECK_H_

#include <string_view>

#include "absl/status/status.h"

namespace imago {

// A sentencepiece model is a protocol buffer whose normaliser holds a double-array trie
// (darts-clone) that the library walks without looking where it goes. OK when no text can lead such
// a walk out of its array, and finite scores rank the pieces; kDataLoss says what is wrong.
absl::Status CheckSentencePieceModel(std::string_view model);

}  // namespace imago

#endif  // IMAGO_EMBED_SENTENCEPIECE_CHECK_H_
