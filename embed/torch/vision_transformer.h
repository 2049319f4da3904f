#ifndef IMAGO_EMBED_TORCH_VISION_TRANSFORMER_H_
#define IMAGO_EMBED_TORCH_VISION_TRANSFORMER_H_

#include "embed/torch/tower.h"
#include "embed/torch/transformer.h"

namespace imago {

// CLIP's Vision Transformer, kind "vit". Numbers: "size" (of the picture), "patch", "width",
// "layers", "heads", "mlp_width" (4 width); word: "activation".
class VisionTransformer : public ImageTower {
 public:
  static absl::StatusOr<std::shared_ptr<VisionTransformer>> Make(const TowerConfig& config, int dim,
                                                                 TowerInit init);

  torch::Tensor Forward(torch::Tensor pixels) override;
  // Forward of some of the patches only (FLIP, Li et al. 2022, arXiv 2212.00794): patches [n, k]
  // int64 numbers those of each picture that are looked at, row by row of the grid from 0.
  torch::Tensor ForwardSome(const torch::Tensor& pixels, const torch::Tensor& patches);
  // What Forward does in steps. [n, 3, size, size] to [n, 1 + grid^2, width], class token first,
  // after ln_pre.
  torch::Tensor Embed(const torch::Tensor& pixels);
  // All tokens after the last block, before ln_post.
  torch::Tensor Tokens(const torch::Tensor& pixels);

 private:
  VisionTransformer(const TransformerShape& shape, int64_t patch, int64_t grid, int dim);
  void Initialise();

  torch::nn::Conv2d conv1_ = nullptr;
  torch::Tensor class_embedding_;
  torch::Tensor positional_embedding_;
  torch::nn::LayerNorm ln_pre_ = nullptr;
  std::shared_ptr<Transformer> transformer_;
  torch::nn::LayerNorm ln_post_ = nullptr;
  torch::Tensor proj_;  // [width, dim]
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_VISION_TRANSFORMER_H_
