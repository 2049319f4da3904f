#include "embed/torch/contrastive_loss.h"

namespace imago {

torch::Tensor ClampedScale(const torch::Tensor& log_scale, double max) {
  return log_scale.exp().clamp_max(max);
}

torch::Tensor ContrastiveLoss(const torch::Tensor& pictures, const torch::Tensor& texts,
                              const torch::Tensor& keys, const torch::Tensor& scale) {
  const torch::Tensor logits = scale * torch::matmul(pictures, texts.t());
  const torch::Tensor same = (keys.unsqueeze(1) == keys.unsqueeze(0)).to(logits.scalar_type());
  const torch::Tensor target = same / same.sum(1, /*keepdim=*/true);
  const torch::Tensor to_texts = (target * logits.log_softmax(1)).sum(1).mean();
  const torch::Tensor to_pictures = (target * logits.t().log_softmax(1)).sum(1).mean();
  return -(to_texts + to_pictures) / 2;
}

}  // namespace imago
