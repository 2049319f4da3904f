#ifndef IMAGO_EMBED_TORCH_PAIR_LOSS_H_
#define IMAGO_EMBED_TORCH_PAIR_LOSS_H_

// The losses that bring pictures and their texts together.

#include "torch/torch.h"

namespace imago {

// The rows of one batch, each of unit length. A picture belongs to every text of its key.
struct PairRows {
  torch::Tensor pictures;       // [n, dim]
  torch::Tensor texts;          // [n, dim]
  torch::Tensor keys;           // [n] int64, of the pictures and of the texts
  torch::Tensor negatives;      // [m, dim] texts that no picture is asked about; or undefined
  torch::Tensor negative_keys;  // [m] int64
  torch::Tensor
      token_shares;  // [n, vocab_size] as BagOfTokens::Shares; undefined but for TokenLoss
};

// InfoNCE in both directions (Radford et al. 2021): ContrastiveLoss, in which pictures are also
// told from the negatives. For rows that say nothing it is ln n, since each picture is then any of
// n texts and each text of any of n pictures; with negatives (ln(n + m) + ln n) / 2.
torch::Tensor SoftmaxLoss(const PairRows& rows, const torch::Tensor& scale);

// Prediction of captions, the objective that contrast is compared with (Radford et al. 2021, after
// Joulin et al. 2016, arXiv 1511.02251): each picture gives every token the probability softmax of
// scale times cosine with the tokens' unit rows [vocab_size, dim]; -log of those of its text's
// tokens, on average over these and over the pictures.
torch::Tensor TokenLoss(const PairRows& rows, const torch::Tensor& tokens,
                        const torch::Tensor& scale);

// SigLIP's loss (Zhai et al. 2023, arXiv 2303.15343): each picture with each text is a question of
// its own, answered by the sigmoid of scale times cosine plus bias; the sum of -log of the right
// answers' probabilities over all n (n + m), divided by n.
torch::Tensor SigmoidLoss(const PairRows& rows, const torch::Tensor& scale,
                          const torch::Tensor& bias);
// The same loss and gradients, of `chunk` texts at a time: memory for n chunk numbers and not for
// n (n + m). It cannot be differentiated twice.
torch::Tensor ChunkedSigmoidLoss(const PairRows& rows, const torch::Tensor& scale,
                                 const torch::Tensor& bias, int64_t chunk);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PAIR_LOSS_H_
