#ifndef IMAGO_EMBED_EVAL_CAPTIONS_H_
#define IMAGO_EMBED_EVAL_CAPTIONS_H_

#include <string>

#include "absl/status/status.h"
#include "embed/encoder.h"
#include "embed/eval_clip.h"

namespace imago {

// The set's name in reports, and its folder's.
inline constexpr char kCaptioned[] = "captioned-photos";

// Retrieval of pictures by their captions and the other way round, of the folder `dir`
// (eval_sets.h), with the baseline by words (bag_of_words.h) and samples where asked for. A
// picture's words are those of the ten of options.words that fit it best.
absl::Status EvaluateCaptions(const Encoder& encoder, const EvalOptions& options,
                              const std::string& dir, EvalReport& report);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_CAPTIONS_H_
