#ifndef IMAGO_EMBED_TORCH_PIECE_BERT_H_
#define IMAGO_EMBED_TORCH_PIECE_BERT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/eval_events.h"
#include "embed/tagger_config.h"
#include "embed/torch/bert.h"

namespace imago {

struct PieceBertOptions {
  std::string bundle_dir;  // with a BERT text network
  int layers = 5;          // the first so many
  int tuned = 2;           // the last so many of these need a gradient, nothing else does
};

// The first layers of a bundle's text network. Sets the config's "pieces", and keeps the rows of
// these only: the special ones, single letters and signs, the commonest of the vocabulary, which is
// in their order, and all that `texts` have. kInvalidArgument when the bundle has no such network.
absl::StatusOr<std::shared_ptr<Bert>> ReadPieceBert(const PieceBertOptions& options,
                                                    const std::vector<ReferenceSentence>& texts,
                                                    TaggerConfig* config);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PIECE_BERT_H_
