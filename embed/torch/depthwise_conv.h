#ifndef IMAGO_EMBED_TORCH_DEPTHWISE_CONV_H_
#define IMAGO_EMBED_TORCH_DEPTHWISE_CONV_H_

#include "torch/torch.h"

namespace imago {

// A depthwise convolution in bfloat16 whose gradients take about as long as it takes itself, where
// LibTorch's take ten times as long. x [n, c, h, w] (channels last is fast), weight [c, 1, k, k]
// with odd k, bias [c], all bfloat16. Pads as TensorFlow's "same" does: [n, c, ceil(h / stride),
// ceil(w / stride)].
torch::Tensor DepthwiseConv(const torch::Tensor& x, const torch::Tensor& weight,
                            const torch::Tensor& bias, int64_t stride);

// Of n pixels under TensorFlow's rule: what is lacking for ceil(n / stride) windows. The smaller
// half goes before the picture.
int64_t SamePadding(int64_t n, int64_t kernel, int64_t stride);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_DEPTHWISE_CONV_H_
