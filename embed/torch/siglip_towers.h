#ifndef IMAGO_EMBED_TORCH_SIGLIP_TOWERS_H_
#define IMAGO_EMBED_TORCH_SIGLIP_TOWERS_H_

// SigLIP's two towers (Zhai et al. 2023, github.com/google-research/big_vision). Layer norms have
// the epsilon 1e-6.

#include "embed/torch/text_transformer.h"
#include "embed/torch/tower.h"
#include "embed/torch/transformer.h"

namespace imago {

// One learned query attends to all tokens; a residual MLP follows.
class MapHead : public torch::nn::Module {
 public:
  explicit MapHead(const TransformerShape& shape);
  torch::Tensor Forward(const torch::Tensor& tokens);  // [n, tokens, width] to [n, width]
  void Initialise();

 private:
  torch::Tensor probe_;  // [1, 1, width]
  std::shared_ptr<SelfAttention> attn_;
  torch::nn::LayerNorm ln_ = nullptr;
  std::shared_ptr<Mlp> mlp_;
  int64_t heads_;
};

// Kind "siglip-vit": no class token, no norm before the blocks; pixels right and below of the last
// whole patch are not looked at. Numbers and word as of "vit"; dim is the width.
class SiglipVision : public ImageTower {
 public:
  static absl::StatusOr<std::shared_ptr<SiglipVision>> Make(const TowerConfig& config, int dim,
                                                            TowerInit init);

  torch::Tensor Forward(torch::Tensor pixels) override;
  // What Forward does in steps. [n, 3, size, size] to [n, grid^2, width].
  torch::Tensor Embed(const torch::Tensor& pixels);
  // All tokens after ln_post.
  torch::Tensor Tokens(const torch::Tensor& pixels);

 private:
  SiglipVision(const TransformerShape& shape, int64_t patch, int64_t grid);
  void Initialise();

  torch::nn::Conv2d conv1_ = nullptr;
  torch::Tensor positional_embedding_;
  std::shared_ptr<Transformer> transformer_;
  torch::nn::LayerNorm ln_post_ = nullptr;
  std::shared_ptr<MapHead> attnpool_;
};

// Kind "siglip-text": every token sees every other, padding too; pooled at the last place. Numbers
// and word as of "clip-text", and "pad_id" (0 when absent): whatever a text is padded with, the
// tower pads with this up to "context", as in training.
class SiglipText : public TextTower {
 public:
  static absl::StatusOr<std::shared_ptr<SiglipText>> Make(const TowerConfig& config, int vocab_size,
                                                          int dim, TowerInit init);

  torch::Tensor Forward(torch::Tensor ids, torch::Tensor lengths) override;
  // All tokens after ln_final, [n, context, width], of texts of at most `context` ids.
  torch::Tensor Tokens(const torch::Tensor& ids, const torch::Tensor& lengths);

 private:
  SiglipText(const TransformerShape& shape, int64_t context, int vocab_size, int dim);
  void Initialise();

  int64_t pad_id_ = 0;
  std::shared_ptr<TokenTable> token_embedding_;
  torch::Tensor positional_embedding_;
  std::shared_ptr<Transformer> transformer_;
  torch::nn::LayerNorm ln_final_ = nullptr;
  std::shared_ptr<Linear> head_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_SIGLIP_TOWERS_H_
