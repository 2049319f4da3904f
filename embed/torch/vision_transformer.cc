#include "embed/torch/vision_transformer.h"

#include <cmath>

#include "embed/tower_config.h"

namespace imago {
absl::StatusOr<std::shared_ptr<VisionTransformer>> VisionTransformer::Make(
    const TowerConfig& config, int dim, TowerInit init) {
  const auto shape = ParseTransformerShape(config);
  if (!shape.ok()) return shape.status();
  const auto patches = ParsePatches(config);
  if (!patches.ok()) return patches.status();
  if (auto even = RequireMultiple(config, "size", "patch"); !even.ok()) return even;
  std::shared_ptr<VisionTransformer> tower(
      new VisionTransformer(*shape, patches->patch, patches->grid, dim));
  if (init == TowerInit::kPublished) tower->Initialise();
  return tower;
}

VisionTransformer::VisionTransformer(const TransformerShape& shape, int64_t patch, int64_t grid,
                                     int dim)
    : conv1_(register_module(
          "conv1", torch::nn::Conv2d(
                       torch::nn::Conv2dOptions(3, shape.width, patch).stride(patch).bias(false)))),
      class_embedding_(register_parameter("class_embedding", torch::empty({shape.width}))),
      positional_embedding_(
          register_parameter("positional_embedding", torch::empty({grid * grid + 1, shape.width}))),
      ln_pre_(register_module("ln_pre", MakeLayerNorm(shape.width))),
      transformer_(register_module("transformer", std::make_shared<Transformer>(shape))),
      ln_post_(register_module("ln_post", MakeLayerNorm(shape.width))),
      proj_(register_parameter("proj", torch::empty({shape.width, dim}))) {}

void VisionTransformer::Initialise() {
  const torch::NoGradGuard no_grad;
  const double scale = std::pow(proj_.size(0), -0.5);
  class_embedding_.normal_(0, scale);
  positional_embedding_.normal_(0, scale);
  proj_.normal_(0, scale);
  transformer_->Initialise();
}

torch::Tensor VisionTransformer::Embed(const torch::Tensor& pixels) {
  const torch::Tensor patches =
      conv1_(pixels.to(conv1_->weight.scalar_type())).flatten(2).transpose(1, 2);
  const torch::Tensor classes =
      class_embedding_.expand({patches.size(0), 1, class_embedding_.size(0)});
  return ln_pre_(torch::cat({classes, patches}, 1) + positional_embedding_);
}

torch::Tensor VisionTransformer::Tokens(const torch::Tensor& pixels) {
  return transformer_->Forward(Embed(pixels), /*causal=*/false);
}

torch::Tensor VisionTransformer::ForwardSome(const torch::Tensor& pixels,
                                             const torch::Tensor& patches) {
  const torch::Tensor tokens = Embed(pixels);
  const torch::Tensor kept =
      torch::cat({torch::zeros({patches.size(0), 1}, patches.options()), patches + 1}, 1);
  const torch::Tensor some = tokens.gather(1, kept.unsqueeze(2).expand({-1, -1, tokens.size(2)}));
  const torch::Tensor seen = transformer_->Forward(some, /*causal=*/false);
  return torch::matmul(ln_post_(seen.select(1, 0)), proj_);
}

torch::Tensor VisionTransformer::Forward(torch::Tensor pixels) {
  return torch::matmul(ln_post_(Tokens(pixels).select(1, 0)), proj_);
}

}  // namespace imago
