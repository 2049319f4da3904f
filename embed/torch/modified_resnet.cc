#include "embed/torch/modified_resnet.h"

#include <cmath>

#include "fmt/format.h"

namespace imago {
namespace {

torch::nn::Conv2d MakeConv(int64_t in, int64_t out, int64_t kernel, int64_t stride) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

}  // namespace

ModifiedBottleneck::ModifiedBottleneck(int64_t in, int64_t planes, int64_t stride)
    : stride_(stride) {
  conv1_ = register_module("conv1", MakeConv(in, planes, 1, 1));
  bn1_ = register_module("bn1", torch::nn::BatchNorm2d(planes));
  conv2_ = register_module("conv2", MakeConv(planes, planes, 3, 1));
  bn2_ = register_module("bn2", torch::nn::BatchNorm2d(planes));
  conv3_ = register_module("conv3", MakeConv(planes, 4 * planes, 1, 1));
  bn3 = register_module("bn3", torch::nn::BatchNorm2d(4 * planes));
  if (stride == 1 && in == 4 * planes) return;
  const auto downsample = register_module("downsample", std::make_shared<torch::nn::Module>());
  shortcut_conv_ = downsample->register_module("0", MakeConv(in, 4 * planes, 1, 1));
  shortcut_bn_ = downsample->register_module("1", torch::nn::BatchNorm2d(4 * planes));
}

torch::Tensor ModifiedBottleneck::Forward(const torch::Tensor& x) {
  const auto pool = [this](const torch::Tensor& t) {
    return stride_ == 1 ? t : torch::avg_pool2d(t, stride_);
  };
  torch::Tensor out = bn1_(conv1_(x)).relu_();
  out = bn2_(conv2_(out)).relu_();
  out = bn3(conv3_(pool(out)));
  const torch::Tensor shortcut = shortcut_conv_ ? shortcut_bn_(shortcut_conv_(pool(x))) : x;
  return (out + shortcut).relu_();
}

AttentionPool::AttentionPool(int64_t grid, int64_t width, int64_t heads, int64_t dim)
    : heads_(heads),
      positional_embedding_(
          register_parameter("positional_embedding", torch::empty({grid * grid + 1, width}))),
      q_proj_(register_module("q_proj", std::make_shared<Linear>(width, width))),
      k_proj_(register_module("k_proj", std::make_shared<Linear>(width, width))),
      v_proj_(register_module("v_proj", std::make_shared<Linear>(width, width))),
      c_proj_(register_module("c_proj", std::make_shared<Linear>(width, dim))) {}

void AttentionPool::Initialise() {
  const double scale = std::pow(positional_embedding_.size(1), -0.5);
  positional_embedding_.normal_(0, scale);
  for (const auto& linear : {q_proj_, k_proj_, v_proj_, c_proj_}) {
    linear->weight.normal_(0, scale);
    linear->bias.uniform_(-scale, scale);
  }
}

torch::Tensor AttentionPool::Forward(const torch::Tensor& x) {
  const torch::Tensor places = x.flatten(2).transpose(1, 2);
  const torch::Tensor tokens =
      torch::cat({places.mean(1, /*keepdim=*/true), places}, 1) + positional_embedding_;
  const torch::Tensor pooled =
      AttendHeads(q_proj_->Forward(tokens.slice(1, 0, 1)), k_proj_->Forward(tokens),
                  v_proj_->Forward(tokens), heads_, /*causal=*/false);
  return c_proj_->Forward(pooled.squeeze(1));
}

absl::StatusOr<std::shared_ptr<ModifiedResnet>> ModifiedResnet::Make(const TowerConfig& config,
                                                                     int dim, TowerInit init) {
  const auto shape = ParseResnetNumbers(config);
  if (!shape.ok()) return shape.status();
  std::shared_ptr<ModifiedResnet> tower(new ModifiedResnet(*shape, dim));
  if (init == TowerInit::kPublished) tower->Initialise();
  return tower;
}

ModifiedResnet::ModifiedResnet(const ResnetNumbers& shape, int dim) {
  const std::array<int64_t, 4> channels = {3, shape.width / 2, shape.width / 2, shape.width};
  for (int i = 0; i < 3; ++i) {
    stem_convs_[i] = register_module(fmt::format("conv{}", i + 1),
                                     MakeConv(channels[i], channels[i + 1], 3, i == 0 ? 2 : 1));
    stem_norms_[i] =
        register_module(fmt::format("bn{}", i + 1), torch::nn::BatchNorm2d(channels[i + 1]));
  }
  int64_t in = shape.width;
  for (int stage = 0; stage < 4; ++stage) {
    const auto layer = register_module(fmt::format("layer{}", stage + 1), torch::nn::ModuleList());
    const int64_t planes = shape.width << stage;
    for (int64_t i = 0; i < shape.blocks[stage]; ++i) {
      const int64_t stride = i == 0 && stage > 0 ? 2 : 1;
      blocks_.push_back(std::make_shared<ModifiedBottleneck>(in, planes, stride));
      layer->push_back(blocks_.back());
      in = 4 * planes;
    }
  }
  attnpool_ = register_module("attnpool",
                              std::make_shared<AttentionPool>(shape.grid, in, shape.heads, dim));
}

void ModifiedResnet::Initialise() {
  const torch::NoGradGuard no_grad;
  for (const auto& block : blocks_) block->bn3->weight.zero_();
  attnpool_->Initialise();
}

torch::Tensor ModifiedResnet::Places(const torch::Tensor& pixels) {
  torch::Tensor x = pixels.to(stem_convs_[0]->weight.scalar_type());
  for (int i = 0; i < 3; ++i) x = stem_norms_[i](stem_convs_[i](x)).relu_();
  x = torch::avg_pool2d(x, 2);
  for (const auto& block : blocks_) x = block->Forward(x);
  return x;
}

torch::Tensor ModifiedResnet::Forward(torch::Tensor pixels) {
  return attnpool_->Forward(Places(pixels));
}

}  // namespace imago
