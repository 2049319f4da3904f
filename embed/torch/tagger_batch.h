#ifndef IMAGO_EMBED_TORCH_TAGGER_BATCH_H_
#define IMAGO_EMBED_TORCH_TAGGER_BATCH_H_

#include <vector>

#include "embed/random.h"
#include "embed/tagger_examples.h"
#include "embed/torch/tagger_model.h"

namespace imago {

struct TaggerTrainSet {
  std::vector<TaggerExample> examples;  // none without words
  size_t news = 0;                      // the first so many are of captions, the others made
};

// Some sentences, each filled up to the longest.
struct TaggerBatch {
  torch::Tensor features;  // [batch, words, kWordFeatures] int64
  torch::Tensor lengths;   // [batch] int64
  PieceBatch pieces;       // no tensors where the examples have none
  torch::Tensor types;     // [batch, words] int64: type, 0 or kNotLearned
  TriggerBatch triggers;   // of all sentences
  torch::Tensor roles;     // [triggers, words] int64: role, 0 or kNotLearned
};

// `hide` draws which words lose their letters, so that their pieces are kMaskPiece, and which what
// the rules say; null: none.
TaggerBatch JoinExamples(const TaggerTrainSet& set, const std::vector<size_t>& chosen,
                         Random* hide);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TAGGER_BATCH_H_
