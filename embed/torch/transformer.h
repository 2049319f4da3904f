#ifndef IMAGO_EMBED_TORCH_TRANSFORMER_H_
#define IMAGO_EMBED_TORCH_TRANSFORMER_H_

// The pre-norm transformer that both of CLIP's towers are made of (Radford et al. 2021,
// github.com/openai/CLIP): x += attention(ln_1 x); x += mlp(ln_2 x). Sub-module and parameter names
// are the published ones.

#include <string>

#include "absl/status/statusor.h"
#include "embed/bundle.h"
#include "torch/torch.h"

namespace imago {

enum class Activation {
  kGelu,       // exact, with erf
  kQuickGelu,  // x * sigmoid(1.702 x)
  kGeluTanh,   // the approximation by tanh
};
// Reads the word "activation" ("gelu", "quick_gelu", "gelu_tanh"), which must be there.
absl::StatusOr<Activation> ParseActivation(const TowerConfig& config);
torch::Tensor Activate(Activation activation, const torch::Tensor& x);

torch::nn::LayerNorm MakeLayerNorm(int64_t width, double epsilon = 1e-5);

// y = x W^T + b. Unlike torch::nn::Linear it leaves its parameters undefined in value until they
// are loaded or initialised, so that opening a model draws no random numbers.
class Linear : public torch::nn::Module {
 public:
  Linear(int64_t in, int64_t out);
  torch::Tensor Forward(const torch::Tensor& x) const;

  torch::Tensor weight;  // [out, in]
  torch::Tensor bias;    // [out]
};

// Multi-head scaled dot-product attention. q [n, tq, width], k and v [n, tk, width].
torch::Tensor AttendHeads(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                          int64_t heads, bool causal);

class SelfAttention : public torch::nn::Module {
 public:
  SelfAttention(int64_t width, int64_t heads);
  torch::Tensor Forward(const torch::Tensor& x, bool causal) const;

  torch::Tensor in_proj_weight;  // [3 width, width]: q, k, v
  torch::Tensor in_proj_bias;    // [3 width]
  std::shared_ptr<Linear> out_proj;

 private:
  int64_t heads_;
};

class Mlp : public torch::nn::Module {
 public:
  Mlp(int64_t width, int64_t hidden, Activation activation);
  torch::Tensor Forward(const torch::Tensor& x) const;

  std::shared_ptr<Linear> c_fc;
  std::shared_ptr<Linear> c_proj;

 private:
  Activation activation_;
};

struct TransformerShape {
  int64_t width = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t mlp_width = 0;
  Activation activation = Activation::kGelu;
  double epsilon = 1e-5;  // of layer norms
};
// From the numbers "width", "layers", "heads", "mlp_width" (4 width when absent) and the word
// "activation".
absl::StatusOr<TransformerShape> ParseTransformerShape(const TowerConfig& config);

class ResidualBlock : public torch::nn::Module {
 public:
  explicit ResidualBlock(const TransformerShape& shape);
  torch::Tensor Forward(const torch::Tensor& x, bool causal);

  torch::nn::LayerNorm ln_1 = nullptr;
  std::shared_ptr<SelfAttention> attn;
  torch::nn::LayerNorm ln_2 = nullptr;
  std::shared_ptr<Mlp> mlp;
};

class Transformer : public torch::nn::Module {
 public:
  explicit Transformer(const TransformerShape& shape);
  // [n, tokens, width] to the same; `causal`: a token sees itself and those before it.
  torch::Tensor Forward(torch::Tensor x, bool causal);
  // Random weights: in_proj width^-1/2, out_proj and c_proj width^-1/2 (2 layers)^-1/2, c_fc
  // (2 width)^-1/2, biases 0.
  void Initialise();

 private:
  TransformerShape shape_;
  std::vector<std::shared_ptr<ResidualBlock>> blocks_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TRANSFORMER_H_
