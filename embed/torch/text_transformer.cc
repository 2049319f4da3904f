#include "embed/torch/text_transformer.h"

#include <cmath>

#include "embed/tower_config.h"

namespace imago {
absl::StatusOr<std::shared_ptr<TextTransformer>> TextTransformer::Make(const TowerConfig& config,
                                                                       int vocab_size, int dim,
                                                                       TowerInit init) {
  const auto shape = ParseTransformerShape(config);
  if (!shape.ok()) return shape.status();
  const auto context = RequireNumber(config, "context", kMaxContext);
  if (!context.ok()) return context.status();
  std::shared_ptr<TextTransformer> tower(new TextTransformer(*shape, *context, vocab_size, dim));
  if (init == TowerInit::kPublished) tower->Initialise();
  return tower;
}

TextTransformer::TextTransformer(const TransformerShape& shape, int64_t context, int vocab_size,
                                 int dim)
    : token_embedding_(register_module("token_embedding",
                                       std::make_shared<TokenTable>(vocab_size, shape.width))),
      positional_embedding_(
          register_parameter("positional_embedding", torch::empty({context, shape.width}))),
      transformer_(register_module("transformer", std::make_shared<Transformer>(shape))),
      ln_final_(register_module("ln_final",
                                torch::nn::LayerNorm(torch::nn::LayerNormOptions({shape.width})))),
      text_projection_(register_parameter("text_projection", torch::empty({shape.width, dim}))) {}

void TextTransformer::Initialise() {
  const torch::NoGradGuard no_grad;
  token_embedding_->weight.normal_(0, 0.02);
  positional_embedding_.normal_(0, 0.01);
  text_projection_.normal_(0, std::pow(text_projection_.size(0), -0.5));
  transformer_->Initialise();
}

torch::Tensor TextTransformer::Tokens(const torch::Tensor& ids) {
  const torch::Tensor embedded = torch::embedding(token_embedding_->weight, ids) +
                                 positional_embedding_.slice(0, 0, ids.size(1));
  return ln_final_(transformer_->Forward(embedded, /*causal=*/true));
}

torch::Tensor TextTransformer::Forward(torch::Tensor ids, torch::Tensor lengths) {
  const torch::Tensor rows = torch::arange(ids.size(0), lengths.options());
  return torch::matmul(Tokens(ids).index({rows, lengths - 1}), text_projection_);
}

}  // namespace imago
