#ifndef IMAGO_EMBED_EVENT_NET_H_
#define IMAGO_EMBED_EVENT_NET_H_

// The trained tagger's network, computed without LibTorch. Rows of tables for each word and, where
// it reads words in context, the row of its piece that BERT's layers give, end to end, go through
// layers of bidirectional LSTM (Hochreiter and Schmidhuber 1997; gates in the order input, forget,
// cell, output); from its rows and the words' own a layer of ReLU and a softmax give the type of
// event that each word tells of. From the rows of a trigger and of each word, the type, their
// distance and the rules' role for the word a layer of ReLU makes a row that another layer of LSTM
// reads; from both another ReLU and a softmax give the word's role.

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "embed/net_layers.h"
#include "embed/plain_bert.h"
#include "embed/safetensors.h"
#include "embed/word_features.h"
#include "embed/word_pieces.h"
#include "kernels/matrix.h"

namespace imago {

class EventNet {
 public:
  // `names` outlives the net. Tensors are named as embed/torch/tagger_model.h writes them. Errors
  // name the tensor: kNotFound, kInvalidArgument for a shape that does not fit the others or the
  // names. `pieces` is how many pieces it knows, 0 when it does not read words in context.
  static absl::StatusOr<EventNet> Read(const SafetensorsFile& file, const TaggerNames& names,
                                       size_t pieces);

  struct Encoded {
    Matrix inputs;  // [n, width of all tables and of BERT]
    Matrix rows;    // [n, 2 * width]
    Matrix keys;    // [n, width for roles]
  };
  // `pieces` of the same words are needed where it knows pieces.
  Encoded Encode(absl::Span<const WordFeatures> words, const WordPieces& pieces) const;
  // Probabilities [n, types + 1]; column 0: tells of no event.
  Matrix Types(const Encoded& words) const;
  // Probabilities [n, roles + 1] of each word's role in the event of that type (from 1); column 0:
  // none. `rule_roles` are those of RuleRoles.
  Matrix Roles(const Encoded& words, size_t trigger, int type,
               absl::Span<const int64_t> rule_roles) const;

 private:
  explicit EventNet(const TaggerNames& names) : names_(&names) {}
  absl::Status ReadEncoder(const SafetensorsFile& file, size_t pieces);
  absl::Status ReadHeads(const SafetensorsFile& file);
  void AddContext(const WordPieces& pieces, size_t column, Matrix& inputs) const;

  const TaggerNames* names_;
  std::vector<Matrix> tables_;  // by WordFeature
  std::optional<PlainBert> bert_;
  size_t inputs_ = 0;  // the width of all tables and of BERT
  std::vector<LstmLayer> lstm_;
  LinearLayer type_hidden_;
  LinearLayer type_out_;
  LinearLayer query_;
  LinearLayer key_;
  Matrix type_rows_;
  Matrix distance_rows_;
  Matrix rule_rows_;
  LstmLayer role_lstm_;
  LinearLayer role_hidden_;
  LinearLayer role_out_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_NET_H_
