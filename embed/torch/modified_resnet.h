#ifndef IMAGO_EMBED_TORCH_MODIFIED_RESNET_H_
#define IMAGO_EMBED_TORCH_MODIFIED_RESNET_H_

#include <array>

#include "embed/torch/tower.h"
#include "embed/torch/transformer.h"
#include "embed/tower_config.h"

namespace imago {

// A bottleneck whose stride is an average pool, also in the shortcut.
class ModifiedBottleneck : public torch::nn::Module {
 public:
  ModifiedBottleneck(int64_t in, int64_t planes, int64_t stride);
  torch::Tensor Forward(const torch::Tensor& x);  // [n, in, h, w] to [n, 4 planes, h/s, w/s]

  torch::nn::BatchNorm2d bn3 = nullptr;

 private:
  int64_t stride_;
  torch::nn::Conv2d conv1_ = nullptr;
  torch::nn::BatchNorm2d bn1_ = nullptr;
  torch::nn::Conv2d conv2_ = nullptr;
  torch::nn::BatchNorm2d bn2_ = nullptr;
  torch::nn::Conv2d conv3_ = nullptr;
  torch::nn::Conv2d shortcut_conv_ = nullptr;  // empty where the shortcut is the identity
  torch::nn::BatchNorm2d shortcut_bn_ = nullptr;
};

// One query, the mean of all places, attends to itself and all places.
class AttentionPool : public torch::nn::Module {
 public:
  AttentionPool(int64_t grid, int64_t width, int64_t heads, int64_t dim);
  torch::Tensor Forward(const torch::Tensor& x);  // [n, width, grid, grid] to [n, dim]
  void Initialise();

 private:
  int64_t heads_;
  torch::Tensor positional_embedding_;  // [1 + grid^2, width]
  std::shared_ptr<Linear> q_proj_;
  std::shared_ptr<Linear> k_proj_;
  std::shared_ptr<Linear> v_proj_;
  std::shared_ptr<Linear> c_proj_;
};

// CLIP's ResNet (RN50 and larger), kind "modified-resnet": a stem of three convolutions, average
// pools in place of strides, attention pooling. Numbers: "size" (a multiple of 32), "width" (64 in
// RN50), "heads" (of the pool), "blocks1" to "blocks4" (3, 4, 6, 3 in RN50).
class ModifiedResnet : public ImageTower {
 public:
  static absl::StatusOr<std::shared_ptr<ModifiedResnet>> Make(const TowerConfig& config, int dim,
                                                              TowerInit init);

  torch::Tensor Forward(torch::Tensor pixels) override;
  // The places before pooling, [n, 32 width, size / 32, size / 32].
  torch::Tensor Places(const torch::Tensor& pixels);

 private:
  ModifiedResnet(const ResnetNumbers& shape, int dim);
  void Initialise();

  std::array<torch::nn::Conv2d, 3> stem_convs_ = {nullptr, nullptr, nullptr};
  std::array<torch::nn::BatchNorm2d, 3> stem_norms_ = {nullptr, nullptr, nullptr};
  std::vector<std::shared_ptr<ModifiedBottleneck>> blocks_;
  std::shared_ptr<AttentionPool> attnpool_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_MODIFIED_RESNET_H_
