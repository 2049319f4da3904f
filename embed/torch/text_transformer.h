#ifndef IMAGO_EMBED_TORCH_TEXT_TRANSFORMER_H_
#define IMAGO_EMBED_TORCH_TEXT_TRANSFORMER_H_

#include "embed/torch/tower.h"
#include "embed/torch/transformer.h"

namespace imago {

// One parameter, so that it is called "token_embedding.weight" as published.
class TokenTable : public torch::nn::Module {
 public:
  TokenTable(int64_t vocab_size, int64_t width)
      : weight(register_parameter("weight", torch::empty({vocab_size, width}))) {}

  torch::Tensor weight;
};

// CLIP's text tower, kind "clip-text": causal, pooled at the last real token, which is the end
// token. (The published code pools at the largest id, which is the end token's first occurrence.)
// Numbers: "context" (longest text), "width", "layers", "heads", "mlp_width" (4 width); word:
// "activation". Padding ids have no influence.
class TextTransformer : public TextTower {
 public:
  static absl::StatusOr<std::shared_ptr<TextTransformer>> Make(const TowerConfig& config,
                                                               int vocab_size, int dim,
                                                               TowerInit init);

  torch::Tensor Forward(torch::Tensor ids, torch::Tensor lengths) override;
  // All tokens after ln_final, [n, length, width].
  torch::Tensor Tokens(const torch::Tensor& ids);

 private:
  TextTransformer(const TransformerShape& shape, int64_t context, int vocab_size, int dim);
  void Initialise();

  std::shared_ptr<TokenTable> token_embedding_;
  torch::Tensor positional_embedding_;
  std::shared_ptr<Transformer> transformer_;
  torch::nn::LayerNorm ln_final_ = nullptr;
  torch::Tensor text_projection_;  // [width, dim]
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TEXT_TRANSFORMER_H_
