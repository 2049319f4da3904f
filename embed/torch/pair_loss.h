#ifndef IMAGO_EMBED_TORCH_PAIR_LOSS_H_
#define IMAGO_EMBED_TORCH_PAIR_LOSS_H_

// The two losses that bring pictures and their texts together.

#include "torch/torch.h"

namespace imago {

// The rows of one batch, each of unit length. A picture belongs to every text of its key.
struct PairRows {
  torch::Tensor pictures;       // [n, dim]
  torch::Tensor texts;          // [n, dim]
  torch::Tensor keys;           // [n] int64, of the pictures and of the texts
  torch::Tensor negatives;      // [m, dim] texts that no picture is asked about; or undefined
  torch::Tensor negative_keys;  // [m] int64
};

// InfoNCE in both directions (Radford et al. 2021): ContrastiveLoss, in which pictures are also
// told from the negatives. For rows that say nothing it is ln n, since each picture is then any of
// n texts and each text of any of n pictures; with negatives (ln(n + m) + ln n) / 2.
torch::Tensor SoftmaxLoss(const PairRows& rows, const torch::Tensor& scale);

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
