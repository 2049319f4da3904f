#ifndef IMAGO_EMBED_EVAL_LABELLED_H_
#define IMAGO_EMBED_EVAL_LABELLED_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "embed/encoder.h"
#include "embed/eval_clip.h"
#include "embed/eval_photos.h"
#include "embed/eval_sets.h"

namespace imago {

// A set with its pictures' rows.
struct EncodedSet {
  LabelledSet set;
  PhotoEmbeddings pictures;
};

// Zero-shot classification of the pictures named into the report, with its most frequent
// confusions, and of prompts, probe and samples what was asked for. Each label is encoded once by
// the same templates.
absl::Status EvaluateLabelled(const Encoder& encoder, const EvalOptions& options,
                              const EncodedSet& encoded, const std::vector<uint32_t>& pictures,
                              EvalReport& report);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_LABELLED_H_
