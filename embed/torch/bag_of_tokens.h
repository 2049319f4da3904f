#ifndef IMAGO_EMBED_TORCH_BAG_OF_TOKENS_H_
#define IMAGO_EMBED_TORCH_BAG_OF_TOKENS_H_

#include "embed/torch/tower.h"

namespace imago {

// A text as the mean of its tokens' vectors, in any order: the kind "bag-of-tokens", without
// numbers or words. The baseline of CLIP's comparison of objectives (Radford et al. 2021, arXiv
// 2103.00020, figure 2). Parameter "tokens" [vocab_size, dim].
class BagOfTokens : public TextTower {
 public:
  static std::shared_ptr<BagOfTokens> Make(int vocab_size, int dim, TowerInit init);

  torch::Tensor Forward(torch::Tensor ids, torch::Tensor lengths) override;
  // [vocab_size, dim], each of unit length.
  torch::Tensor Rows() const;
  // [n, vocab_size]: each token's part of its text; a row's sum is 1.
  torch::Tensor Shares(const torch::Tensor& ids, const torch::Tensor& lengths) const;

 private:
  BagOfTokens(int vocab_size, int dim);

  torch::Tensor tokens_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_BAG_OF_TOKENS_H_
