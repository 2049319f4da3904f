#ifndef IMAGO_EMBED_TORCH_BERT_H_
#define IMAGO_EMBED_TORCH_BERT_H_

// BERT's encoder (Devlin et al. 2018, arXiv 1810.04805) as a sentence encoder (Reimers and Gurevych
// 2019): normalisation after each sublayer, exact GELU, the mean over the real tokens. It has no
// pooler and knows one kind of segment. Parameters are called as in the published files:
// "embeddings.word_embeddings.weight", "encoder.layer.0.attention.self.query.bias", ...

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/tile_bert.h"
#include "embed/torch/tower.h"
#include "embed/torch/transformer.h"

namespace imago {

struct BertOptions {
  int64_t vocab_size = 30522;
  int64_t positions = 512;  // the longest sequence; a published table may be cut to its first rows
  int64_t width = 384;
  int64_t layers = 6;
  int64_t heads = 12;
  int64_t hidden = 1536;
};
// From the numbers "layers", "heads", "width", "mlp_width" (4 width when absent) and "positions" of
// a tower's configuration.
absl::StatusOr<BertOptions> ParseBertOptions(const TowerConfig& config, int vocab_size);

// [n, length]: true where a token is real, lengths [n] int64 counting these.
torch::Tensor RealTokens(const torch::Tensor& lengths, int64_t length);

class BertLayer : public torch::nn::Module {
 public:
  explicit BertLayer(const BertOptions& options);
  // x [n, length, width]; keep [n, 1, 1, length] is true where a token is real.
  torch::Tensor Forward(const torch::Tensor& x, const torch::Tensor& keep);
  BertLayerWeights ToWeights() const;

 private:
  torch::Tensor Attend(const torch::Tensor& x, const torch::Tensor& keep);

  int64_t heads_;
  std::shared_ptr<Linear> query_;
  std::shared_ptr<Linear> key_;
  std::shared_ptr<Linear> value_;
  std::shared_ptr<Linear> attention_out_;
  torch::nn::LayerNorm attention_norm_ = nullptr;
  std::shared_ptr<Linear> intermediate_;
  std::shared_ptr<Linear> out_;
  torch::nn::LayerNorm out_norm_ = nullptr;
};

class Bert : public torch::nn::Module {
 public:
  explicit Bert(const BertOptions& options, TowerInit init = TowerInit::kPublished);

  // Ids [n, length] int64, padded with anything; lengths [n] int64 counts the real ones (at least
  // 1). Returns the mean over the real tokens, [n, width], not normalised. Padding does not change
  // it. length <= positions, or torch throws.
  torch::Tensor Forward(const torch::Tensor& ids, const torch::Tensor& lengths);
  // Its two halves: the vectors of the single tokens, [n, length, width], and their mean.
  torch::Tensor Words(const torch::Tensor& ids, const torch::Tensor& lengths);
  static torch::Tensor MeanOfWords(const torch::Tensor& words, const torch::Tensor& lengths);
  // What TileBert takes.
  BertWeights ToWeights() const;

 private:
  torch::Tensor Embed(const torch::Tensor& ids);
  void Initialise();

  torch::Tensor words_;      // [vocab_size, width]
  torch::Tensor positions_;  // [positions, width]
  torch::Tensor segments_;   // [2, width], of which the first row is used
  torch::nn::LayerNorm norm_ = nullptr;
  std::vector<std::shared_ptr<BertLayer>> layers_;
  int64_t heads_ = 0;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_BERT_H_
