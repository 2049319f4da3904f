#include "embed/torch/siglip_towers.h"

#include <cmath>

#include "embed/tower_config.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr double kEpsilon = 1e-6;

absl::StatusOr<TransformerShape> ParseShape(const TowerConfig& config) {
  auto shape = ParseTransformerShape(config);
  if (shape.ok()) shape->epsilon = kEpsilon;
  return shape;
}

void InitialiseLinear(Linear& linear) {
  linear.weight.normal_(0, std::pow(linear.weight.size(1), -0.5));
  linear.bias.zero_();
}

}  // namespace

MapHead::MapHead(const TransformerShape& shape)
    : probe_(register_parameter("probe", torch::empty({1, 1, shape.width}))),
      attn_(register_module("attn", std::make_shared<SelfAttention>(shape.width, shape.heads))),
      ln_(register_module("ln", MakeLayerNorm(shape.width, shape.epsilon))),
      mlp_(register_module("mlp",
                           std::make_shared<Mlp>(shape.width, shape.mlp_width, shape.activation))),
      heads_(shape.heads) {}

void MapHead::Initialise() {
  const double narrow = std::pow(probe_.size(2), -0.5);
  probe_.normal_(0, narrow);
  attn_->in_proj_weight.normal_(0, narrow);
  attn_->in_proj_bias.zero_();
  InitialiseLinear(*attn_->out_proj);
  InitialiseLinear(*mlp_->c_fc);
  InitialiseLinear(*mlp_->c_proj);
}

torch::Tensor MapHead::Forward(const torch::Tensor& tokens) {
  const std::vector<torch::Tensor> weights = attn_->in_proj_weight.chunk(3);
  const std::vector<torch::Tensor> biases = attn_->in_proj_bias.chunk(3);
  const torch::Tensor probes = probe_.expand({tokens.size(0), 1, probe_.size(2)});
  const torch::Tensor pooled = attn_->out_proj->Forward(AttendHeads(
      torch::linear(probes, weights[0], biases[0]), torch::linear(tokens, weights[1], biases[1]),
      torch::linear(tokens, weights[2], biases[2]), heads_, /*causal=*/false));
  return (pooled + mlp_->Forward(ln_(pooled))).squeeze(1);
}

absl::StatusOr<std::shared_ptr<SiglipVision>> SiglipVision::Make(const TowerConfig& config, int dim,
                                                                 TowerInit init) {
  const auto shape = ParseShape(config);
  if (!shape.ok()) return shape.status();
  const auto patches = ParsePatches(config);
  if (!patches.ok()) return patches.status();
  if (shape->width != dim) {
    return absl::InvalidArgumentError(
        fmt::format("tower \"{}\": width is {}, dim {}", config.kind, shape->width, dim));
  }
  std::shared_ptr<SiglipVision> tower(new SiglipVision(*shape, patches->patch, patches->grid));
  if (init == TowerInit::kPublished) tower->Initialise();
  return tower;
}

SiglipVision::SiglipVision(const TransformerShape& shape, int64_t patch, int64_t grid)
    : conv1_(register_module(
          "conv1",
          torch::nn::Conv2d(torch::nn::Conv2dOptions(3, shape.width, patch).stride(patch)))),
      positional_embedding_(
          register_parameter("positional_embedding", torch::empty({grid * grid, shape.width}))),
      transformer_(register_module("transformer", std::make_shared<Transformer>(shape))),
      ln_post_(register_module("ln_post", MakeLayerNorm(shape.width, shape.epsilon))),
      attnpool_(register_module("attnpool", std::make_shared<MapHead>(shape))) {}

void SiglipVision::Initialise() {
  const torch::NoGradGuard no_grad;
  positional_embedding_.normal_(0, std::pow(positional_embedding_.size(1), -0.5));
  transformer_->Initialise();
  attnpool_->Initialise();
}

torch::Tensor SiglipVision::Embed(const torch::Tensor& pixels) {
  const torch::Tensor patches =
      conv1_(pixels.to(conv1_->weight.scalar_type())).flatten(2).transpose(1, 2);
  return patches + positional_embedding_;
}

torch::Tensor SiglipVision::Tokens(const torch::Tensor& pixels) {
  return ln_post_(transformer_->Forward(Embed(pixels), /*causal=*/false));
}

torch::Tensor SiglipVision::Forward(torch::Tensor pixels) {
  return attnpool_->Forward(Tokens(pixels));
}

absl::StatusOr<std::shared_ptr<SiglipText>> SiglipText::Make(const TowerConfig& config,
                                                             int vocab_size, int dim,
                                                             TowerInit init) {
  const auto shape = ParseShape(config);
  if (!shape.ok()) return shape.status();
  const auto context = RequireNumber(config, "context", kMaxContext);
  if (!context.ok()) return context.status();
  std::shared_ptr<SiglipText> tower(new SiglipText(*shape, *context, vocab_size, dim));
  const auto pad = config.numbers.find("pad_id");
  if (pad != config.numbers.end()) tower->pad_id_ = pad->second;
  if (tower->pad_id_ < 0 || tower->pad_id_ >= vocab_size) {
    return absl::InvalidArgumentError(fmt::format("tower \"{}\": pad_id is {} of {} tokens",
                                                  config.kind, tower->pad_id_, vocab_size));
  }
  if (init == TowerInit::kPublished) tower->Initialise();
  return tower;
}

SiglipText::SiglipText(const TransformerShape& shape, int64_t context, int vocab_size, int dim)
    : token_embedding_(register_module("token_embedding",
                                       std::make_shared<TokenTable>(vocab_size, shape.width))),
      positional_embedding_(
          register_parameter("positional_embedding", torch::empty({context, shape.width}))),
      transformer_(register_module("transformer", std::make_shared<Transformer>(shape))),
      ln_final_(register_module("ln_final", MakeLayerNorm(shape.width, shape.epsilon))),
      head_(register_module("head", std::make_shared<Linear>(shape.width, dim))) {}

void SiglipText::Initialise() {
  const torch::NoGradGuard no_grad;
  token_embedding_->weight.normal_(0, 0.02);
  positional_embedding_.normal_(0, 0.01);
  transformer_->Initialise();
  InitialiseLinear(*head_);
}

torch::Tensor SiglipText::Tokens(const torch::Tensor& ids, const torch::Tensor& lengths) {
  const int64_t context = positional_embedding_.size(0);
  const torch::Tensor places = torch::arange(ids.size(1), lengths.options());
  const torch::Tensor real = places.unsqueeze(0).lt(lengths.unsqueeze(1));
  torch::Tensor padded = torch::full({ids.size(0), context}, pad_id_, ids.options());
  padded.slice(1, 0, ids.size(1)).copy_(torch::where(real, ids, torch::full_like(ids, pad_id_)));
  const torch::Tensor embedded =
      torch::embedding(token_embedding_->weight, padded) + positional_embedding_;
  return ln_final_(transformer_->Forward(embedded, /*causal=*/false));
}

torch::Tensor SiglipText::Forward(torch::Tensor ids, torch::Tensor lengths) {
  return head_->Forward(Tokens(ids, lengths).select(1, -1));
}

}  // namespace imago
