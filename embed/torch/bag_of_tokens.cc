#include "embed/torch/bag_of_tokens.h"

namespace imago {

BagOfTokens::BagOfTokens(int vocab_size, int dim)
    : tokens_(register_parameter("tokens", torch::empty({vocab_size, dim}))) {}

std::shared_ptr<BagOfTokens> BagOfTokens::Make(int vocab_size, int dim, TowerInit init) {
  std::shared_ptr<BagOfTokens> tower(new BagOfTokens(vocab_size, dim));
  if (init == TowerInit::kPublished) {
    const torch::NoGradGuard no_grad;
    tower->tokens_.normal_();
  }
  return tower;
}

torch::Tensor BagOfTokens::Rows() const { return torch::nn::functional::normalize(tokens_); }

torch::Tensor BagOfTokens::Shares(const torch::Tensor& ids, const torch::Tensor& lengths) const {
  const torch::Tensor counts = lengths.unsqueeze(1);
  const torch::Tensor real = torch::arange(ids.size(1)).unsqueeze(0) < counts;
  return torch::zeros({ids.size(0), tokens_.size(0)})
      .scatter_add_(1, ids, real.to(torch::kFloat32) / counts);
}

torch::Tensor BagOfTokens::Forward(torch::Tensor ids, torch::Tensor lengths) {
  return torch::matmul(Shares(ids, lengths), Rows());
}

}  // namespace imago
