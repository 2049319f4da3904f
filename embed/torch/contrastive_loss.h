#ifndef IMAGO_EMBED_TORCH_CONTRASTIVE_LOSS_H_
#define IMAGO_EMBED_TORCH_CONTRASTIVE_LOSS_H_

#include "torch/torch.h"

namespace imago {

// exp(log_scale), at most `max`; from there on the gradient is zero.
torch::Tensor ClampedScale(const torch::Tensor& log_scale, double max);

// InfoNCE in both directions (Radford et al. 2021), with every pair of equal keys a positive: the
// target of a row is uniform over its positives. Rows [n, dim] of unit length, keys [n] int64; a
// scalar, the mean over rows and directions. For keys that all differ it is CLIP's loss.
torch::Tensor ContrastiveLoss(const torch::Tensor& pictures, const torch::Tensor& texts,
                              const torch::Tensor& keys, const torch::Tensor& scale);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_CONTRASTIVE_LOSS_H_
