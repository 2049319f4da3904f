#ifndef IMAGO_EMBED_TORCH_TAGGER_MODEL_H_
#define IMAGO_EMBED_TORCH_TAGGER_MODEL_H_

// The network of embed/event_net.h, to be trained. Its weights carry the names that EventNet reads.

#include <vector>

#include "embed/tagger_config.h"
#include "embed/torch/bert.h"
#include "embed/word_features.h"
#include "torch/torch.h"

namespace imago {

// Some triggers of a batch, each with all words of its sentence.
struct TriggerBatch {
  torch::Tensor sentences;   // [triggers] int64, rows of the batch
  torch::Tensor words;       // [triggers] int64
  torch::Tensor types;       // [triggers] int64, from 1
  torch::Tensor distances;   // [triggers, words] int64, DistanceRow
  torch::Tensor rule_roles;  // [triggers, words] int64
  torch::Tensor lengths;     // [triggers] int64, words of the sentence
};

// The pieces of a batch's sentences.
struct PieceBatch {
  torch::Tensor ids;      // [runs, pieces] int64
  torch::Tensor lengths;  // [runs] int64
  torch::Tensor rows;     // [batch, words] int64: the row of each word, the runs' end to end
};

class TaggerModel : public torch::nn::Module {
 public:
  // In training mode, with weights drawn from torch's generator; `vectors` [vectors + 1, columns]
  // of words stay as they are. `bert` reads the words in context; null: nothing does. Of its
  // weights those are trained that need a gradient. `names` are not kept.
  TaggerModel(const TaggerNames& names, const torch::Tensor& vectors, int width, int layers,
              std::shared_ptr<Bert> bert);

  struct Encoded {
    torch::Tensor inputs;  // [batch, words, width of all tables and of BERT]
    torch::Tensor rows;    // [batch, words, 2 * width]
  };
  // features [batch, words, kWordFeatures] int64; lengths [batch] int64, at least 1.
  // `pieces` are needed where words are read in context.
  Encoded Encode(const torch::Tensor& features, const torch::Tensor& lengths,
                 const PieceBatch& pieces);
  // [batch, words, types + 1], not yet a softmax; 0: tells of no event.
  torch::Tensor Types(const Encoded& words);
  // [triggers, words, roles + 1], likewise; roles that the type has not are far below.
  torch::Tensor Roles(const Encoded& words, const TriggerBatch& triggers);

 private:
  torch::Tensor Context(const PieceBatch& pieces);

  torch::nn::ModuleList tables_;
  std::shared_ptr<Bert> bert_;  // or null
  torch::nn::LSTM lstm_{nullptr};
  torch::nn::Linear type_hidden_{nullptr};
  torch::nn::Linear type_out_{nullptr};
  torch::nn::Linear query_{nullptr};
  torch::nn::Linear key_{nullptr};
  torch::nn::Embedding type_rows_{nullptr};
  torch::nn::Embedding distance_rows_{nullptr};
  torch::nn::Embedding rule_rows_{nullptr};
  torch::nn::LSTM role_lstm_{nullptr};
  torch::nn::Linear role_hidden_{nullptr};
  torch::nn::Linear role_out_{nullptr};
  torch::nn::Dropout dropout_{nullptr};
  torch::nn::Dropout light_dropout_{nullptr};
  torch::Tensor forbidden_;  // [types + 1, roles + 1] bool; not a weight
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TAGGER_MODEL_H_
