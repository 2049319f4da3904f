#include "embed/torch/transformer.h"

#include <cmath>

#include "embed/tower_config.h"
#include "fmt/format.h"

namespace imago {

absl::StatusOr<Activation> ParseActivation(const TowerConfig& config) {
  const auto found = config.words.find("activation");
  if (found == config.words.end()) {
    return absl::InvalidArgumentError(
        fmt::format("tower \"{}\" has no word \"activation\"", config.kind));
  }
  if (found->second == "gelu") return Activation::kGelu;
  if (found->second == "quick_gelu") return Activation::kQuickGelu;
  if (found->second == "gelu_tanh") return Activation::kGeluTanh;
  return absl::InvalidArgumentError(fmt::format(
      "tower \"{}\": activation is \"{}\", it must be \"gelu\", \"quick_gelu\" or \"gelu_tanh\"",
      config.kind, found->second));
}

torch::Tensor Activate(Activation activation, const torch::Tensor& x) {
  if (activation == Activation::kGelu) return torch::gelu(x);
  if (activation == Activation::kGeluTanh) return torch::gelu(x, "tanh");
  return x * torch::sigmoid(1.702 * x);
}

torch::nn::LayerNorm MakeLayerNorm(int64_t width, double epsilon) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(epsilon));
}

Linear::Linear(int64_t in, int64_t out)
    : weight(register_parameter("weight", torch::empty({out, in}))),
      bias(register_parameter("bias", torch::empty({out}))) {}

torch::Tensor Linear::Forward(const torch::Tensor& x) const {
  return torch::linear(x, weight, bias);
}

torch::Tensor AttendHeads(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                          int64_t heads, bool causal) {
  const auto split = [heads](const torch::Tensor& x) {
    return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
  };
  const torch::Tensor mixed =
      at::scaled_dot_product_attention(split(q), split(k), split(v), {}, 0.0, causal);
  return mixed.transpose(1, 2).reshape({q.size(0), q.size(1), q.size(2)});
}

SelfAttention::SelfAttention(int64_t width, int64_t heads)
    : in_proj_weight(register_parameter("in_proj_weight", torch::empty({3 * width, width}))),
      in_proj_bias(register_parameter("in_proj_bias", torch::empty({3 * width}))),
      out_proj(register_module("out_proj", std::make_shared<Linear>(width, width))),
      heads_(heads) {}

torch::Tensor SelfAttention::Forward(const torch::Tensor& x, bool causal) const {
  const std::vector<torch::Tensor> qkv =
      torch::linear(x, in_proj_weight, in_proj_bias).chunk(3, -1);
  return out_proj->Forward(AttendHeads(qkv[0], qkv[1], qkv[2], heads_, causal));
}

Mlp::Mlp(int64_t width, int64_t hidden, Activation activation)
    : c_fc(register_module("c_fc", std::make_shared<Linear>(width, hidden))),
      c_proj(register_module("c_proj", std::make_shared<Linear>(hidden, width))),
      activation_(activation) {}

torch::Tensor Mlp::Forward(const torch::Tensor& x) const {
  return c_proj->Forward(Activate(activation_, c_fc->Forward(x)));
}

absl::StatusOr<TransformerShape> ParseTransformerShape(const TowerConfig& config) {
  const auto numbers = ParseTransformerNumbers(config);
  if (!numbers.ok()) return numbers.status();
  const auto activation = ParseActivation(config);
  if (!activation.ok()) return activation.status();
  return TransformerShape{numbers->width, numbers->layers, numbers->heads, numbers->mlp_width,
                          *activation};
}

ResidualBlock::ResidualBlock(const TransformerShape& shape)
    : ln_1(register_module("ln_1", MakeLayerNorm(shape.width, shape.epsilon))),
      attn(register_module("attn", std::make_shared<SelfAttention>(shape.width, shape.heads))),
      ln_2(register_module("ln_2", MakeLayerNorm(shape.width, shape.epsilon))),
      mlp(register_module("mlp",
                          std::make_shared<Mlp>(shape.width, shape.mlp_width, shape.activation))) {}

torch::Tensor ResidualBlock::Forward(const torch::Tensor& x, bool causal) {
  const torch::Tensor attended = x + attn->Forward(ln_1(x), causal);
  return attended + mlp->Forward(ln_2(attended));
}

Transformer::Transformer(const TransformerShape& shape) : shape_(shape) {
  const auto list = register_module("resblocks", torch::nn::ModuleList());
  for (int64_t i = 0; i < shape.layers; ++i) {
    blocks_.push_back(std::make_shared<ResidualBlock>(shape));
    list->push_back(blocks_.back());
  }
}

torch::Tensor Transformer::Forward(torch::Tensor x, bool causal) {
  for (const auto& block : blocks_) x = block->Forward(x, causal);
  return x;
}

void Transformer::Initialise() {
  const torch::NoGradGuard no_grad;
  const double narrow = std::pow(shape_.width, -0.5);
  const double deep = narrow * std::pow(2.0 * shape_.layers, -0.5);
  for (const auto& block : blocks_) {
    block->attn->in_proj_weight.normal_(0, narrow);
    block->attn->in_proj_bias.zero_();
    block->attn->out_proj->weight.normal_(0, deep);
    block->attn->out_proj->bias.zero_();
    block->mlp->c_fc->weight.normal_(0, std::pow(2.0 * shape_.width, -0.5));
    block->mlp->c_fc->bias.zero_();
    block->mlp->c_proj->weight.normal_(0, deep);
    block->mlp->c_proj->bias.zero_();
  }
}

}  // namespace imago
