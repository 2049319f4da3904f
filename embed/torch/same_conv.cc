#include "embed/torch/same_conv.h"

#include "embed/torch/depthwise_conv.h"

namespace imago {
namespace {

// A convolution of single places is a matrix product, whose gradients are products too.
torch::Tensor ConvolvePlaces(const torch::Tensor& x, const torch::Tensor& weight,
                             const torch::Tensor& bias) {
  const torch::Tensor places = x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)});
  return torch::linear(places, weight.flatten(1), bias)
      .view({x.size(0), x.size(2), x.size(3), weight.size(0)})
      .permute({0, 3, 1, 2});
}

}  // namespace

SameConv::SameConv(const Shape& shape)
    : weight(register_parameter(
          "weight", torch::empty({shape.out, shape.in / shape.groups, shape.kernel, shape.kernel},
                                 torch::MemoryFormat::ChannelsLast))),
      shape_(shape) {}

torch::Tensor SameConv::Forward(const torch::Tensor& x) const {
  if (trains_in_bfloat16) return ForwardInBfloat16(x);
  const int64_t high = SamePadding(x.size(2), shape_.kernel, shape_.stride);
  const int64_t wide = SamePadding(x.size(3), shape_.kernel, shape_.stride);
  torch::Tensor padded = x.to(weight.scalar_type());
  int64_t both = 0;  // what the convolution itself pads on every side, which costs nothing
  if (high == wide && high % 2 == 0) {
    both = high / 2;
  } else {
    padded = torch::constant_pad_nd(padded, {wide / 2, wide - wide / 2, high / 2, high - high / 2});
  }
  return torch::conv2d(padded, weight, bias, shape_.stride, both, /*dilation=*/1, shape_.groups);
}

torch::Tensor SameConv::ForwardInBfloat16(const torch::Tensor& x) const {
  const torch::Tensor input = x.to(torch::kBFloat16);
  const torch::Tensor weights = weight.to(torch::kBFloat16);
  const torch::Tensor biases = bias.to(torch::kBFloat16);
  if (shape_.kernel == 1) return ConvolvePlaces(input, weights, biases);
  return DepthwiseConv(input, weights, biases, shape_.stride);
}

}  // namespace imago
