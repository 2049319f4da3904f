#include "embed/torch/depthwise_conv.h"

#include <algorithm>

#include "kernels/depthwise.h"

namespace imago {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using torch::indexing::None;
using torch::indexing::Slice;

torch::Tensor ChannelsLast(const torch::Tensor& x) {
  return x.contiguous(torch::MemoryFormat::ChannelsLast);
}

torch::Tensor Convolve(const torch::Tensor& x, const torch::Tensor& weight,
                       const torch::Tensor& bias) {
  return torch::conv2d(x, weight, bias, /*stride=*/1, /*padding=*/weight.size(2) / 2,
                       /*dilation=*/1, /*groups=*/weight.size(0));
}

// Output i of n is that at First + i * stride of the same convolution without a stride.
int64_t First(int64_t n, int64_t kernel, int64_t stride) {
  return kernel / 2 - SamePadding(n, kernel, stride) / 2;
}

// Of the convolution without a stride, what the stride stops at: a view.
torch::Tensor Strided(const torch::Tensor& all, int64_t kernel, int64_t stride) {
  return all.index({Slice(), Slice(), Slice(First(all.size(2), kernel, stride), None, stride),
                    Slice(First(all.size(3), kernel, stride), None, stride)});
}

// The gradient of the convolution without a stride: zero wherever the stride steps over.
torch::Tensor Spread(const torch::Tensor& gradient, const torch::Tensor& x, int64_t kernel,
                     int64_t stride) {
  if (stride == 1) return ChannelsLast(gradient);
  torch::Tensor spread = torch::zeros_like(x, torch::MemoryFormat::ChannelsLast);
  Strided(spread, kernel, stride).copy_(gradient);
  return spread;
}

torch::Tensor WeightGradient(const torch::Tensor& x, const torch::Tensor& gradient,
                             const torch::Tensor& weight) {
  const int64_t channels = weight.size(0);
  const int64_t kernel = weight.size(2);
  torch::Tensor sums = torch::empty({kernel, kernel, channels}, torch::kFloat32);
  const torch::Tensor maps = ChannelsLast(x);
  DepthwiseGradient(
      static_cast<const uint16_t*>(maps.data_ptr()),
      static_cast<const uint16_t*>(gradient.data_ptr()),
      {static_cast<size_t>(x.size(0)), static_cast<size_t>(x.size(2)),
       static_cast<size_t>(x.size(3)), static_cast<size_t>(channels), static_cast<size_t>(kernel)},
      sums.data_ptr<float>());
  return sums.permute({2, 0, 1}).unsqueeze(1).to(weight.scalar_type());
}

class DepthwiseFunction : public torch::autograd::Function<DepthwiseFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               int64_t stride) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    const torch::Tensor all = Convolve(x, weight, bias);
    if (stride == 1) return all;
    return ChannelsLast(Strided(all, weight.size(2), stride));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor& x = saved[0];
    const torch::Tensor& weight = saved[1];
    const int64_t stride = context->saved_data["stride"].toInt();
    const torch::Tensor gradient = Spread(gradients[0], x, weight.size(2), stride);
    return {Convolve(gradient, weight.flip({2, 3}), {}),
            WeightGradient(x, gradient, weight),
            gradients[0].sum({0, 2, 3}),
            {}};
  }
};

}  // namespace

int64_t SamePadding(int64_t n, int64_t kernel, int64_t stride) {
  const int64_t windows = (n + stride - 1) / stride;
  return std::max<int64_t>((windows - 1) * stride + kernel - n, 0);
}

torch::Tensor DepthwiseConv(const torch::Tensor& x, const torch::Tensor& weight,
                            const torch::Tensor& bias, int64_t stride) {
  return DepthwiseFunction::apply(x, weight, bias, stride);
}

}  // namespace imago
