#ifndef IMAGO_EMBED_TORCH_SAME_CONV_H_
#define IMAGO_EMBED_TORCH_SAME_CONV_H_

#include "torch/torch.h"

namespace imago {

// A convolution that pads as TensorFlow's "same" does: ceil(size / stride) windows, after them more
// than before.
class SameConv : public torch::nn::Module {
 public:
  struct Shape {
    int64_t in = 0;
    int64_t out = 0;
    int64_t kernel = 1;
    int64_t stride = 1;
    int64_t groups = 1;
  };
  explicit SameConv(const Shape& shape);
  // In the type of the weights, whatever x has.
  torch::Tensor Forward(const torch::Tensor& x) const;
  const Shape& shape() const { return shape_; }

  // Computes in bfloat16 with weights that stay f32, as master copies for an optimiser: several
  // times faster to train where the CPU multiplies bfloat16. Needs a bias, and a kernel of 1 or a
  // group for each channel.
  bool trains_in_bfloat16 = false;

  // UseBfloat16 leaves it alone. Rounding in the first, largest maps costs most of what bf16 loses.
  bool keeps_float32 = false;
  torch::Tensor weight;  // [out, in / groups, kernel, kernel]
  torch::Tensor bias;    // [out], once folded

 private:
  torch::Tensor ForwardInBfloat16(const torch::Tensor& x) const;

  Shape shape_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_SAME_CONV_H_
