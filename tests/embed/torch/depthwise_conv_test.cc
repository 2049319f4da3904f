#include "embed/torch/depthwise_conv.h"

#include "embed/torch/efficientnet_lite.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

torch::Tensor RoundedNormal(torch::IntArrayRef sizes) {
  return torch::randn(sizes).to(torch::kBFloat16);
}

// LibTorch's convolution in f32 of the same values.
torch::Tensor ConvolveByLibTorch(const torch::Tensor& x, const torch::Tensor& weight,
                                 const torch::Tensor& bias, int64_t stride) {
  const int64_t high = SamePadding(x.size(2), weight.size(2), stride);
  const int64_t wide = SamePadding(x.size(3), weight.size(2), stride);
  const torch::Tensor padded = torch::constant_pad_nd(
      x.to(torch::kFloat32), {wide / 2, wide - wide / 2, high / 2, high - high / 2});
  const int64_t none = 0;
  return torch::conv2d(padded, weight.to(torch::kFloat32), bias.to(torch::kFloat32), stride, none,
                       1, weight.size(0));
}

void ExpectClose(const torch::Tensor& got, const torch::Tensor& expected) {
  ASSERT_EQ(got.sizes(), expected.sizes());
  const torch::Tensor difference = (got.to(torch::kFloat32) - expected.to(torch::kFloat32)).abs();
  EXPECT_LT(difference.max().item<float>(), 0.02 * expected.abs().max().item<float>());
}

struct Gradients {
  torch::Tensor output;
  std::vector<torch::Tensor> inputs;
};

template <typename Convolution>
Gradients GradientsOf(Convolution convolution, const std::vector<torch::Tensor>& values,
                      int64_t stride) {
  std::vector<torch::Tensor> inputs;
  for (const torch::Tensor& value : values) {
    inputs.push_back(value.detach().clone().set_requires_grad(true));
  }
  Gradients result;
  result.output = convolution(inputs[0], inputs[1], inputs[2], stride);
  torch::manual_seed(9);
  result.output.backward(RoundedNormal(result.output.sizes()).to(result.output.scalar_type()));
  for (const torch::Tensor& input : inputs) result.inputs.push_back(input.grad());
  return result;
}

TEST(DepthwiseConv, HasTheValuesAndGradientsOfLibTorchsConvolution) {
  torch::manual_seed(2);
  for (const int64_t stride : {1, 2}) {
    for (const int64_t kernel : {3, 5}) {
      for (const int64_t height : {6, 7, 1}) {
        const std::vector<torch::Tensor> values = {
            RoundedNormal({2, 32, height, 5}).contiguous(torch::MemoryFormat::ChannelsLast),
            RoundedNormal({32, 1, kernel, kernel}), RoundedNormal({32})};
        const Gradients ours = GradientsOf(DepthwiseConv, values, stride);
        const Gradients theirs = GradientsOf(ConvolveByLibTorch, values, stride);
        ExpectClose(ours.output, theirs.output);
        for (size_t i = 0; i < values.size(); ++i) ExpectClose(ours.inputs[i], theirs.inputs[i]);
      }
    }
  }
}

TEST(EfficientNetLite, TrainsInBfloat16WithTheGradientsOfFloat32) {
  torch::manual_seed(3);
  EfficientNetLiteOptions options;
  options.stages = {{1, 3, 1, 1, 16}, {2, 5, 2, 6, 32}, {2, 3, 2, 6, 48}};
  options.features = 64;
  EfficientNetLite net(options);
  net.FoldBatchNorm();
  const torch::Tensor map = torch::randn({4, 16, 9, 8});
  const auto run = [&] {
    net.zero_grad();
    torch::manual_seed(4);
    const torch::Tensor places = net.PlacesFrom(map, 1).to(torch::kFloat32);
    (places * torch::randn(places.sizes())).sum().backward();
    std::vector<torch::Tensor> gradients = {places.detach()};
    for (const torch::Tensor& parameter : net.ParametersFrom(1)) {
      EXPECT_EQ(parameter.grad().scalar_type(), torch::kFloat32);
      gradients.push_back(parameter.grad().clone());
    }
    return gradients;
  };
  const std::vector<torch::Tensor> exact = run();
  net.TrainInBfloat16(1);
  const std::vector<torch::Tensor> rounded = run();
  ASSERT_EQ(exact.size(), rounded.size());
  for (size_t i = 0; i < exact.size(); ++i) {
    // Rounding moves values over the edges of ReLU6, whose gradient there is all or nothing.
    const torch::Tensor cosine =
        (exact[i] * rounded[i]).sum() / exact[i].norm() / rounded[i].norm();
    EXPECT_GT(cosine.item<float>(), 0.97) << i;
    EXPECT_NEAR((rounded[i].norm() / exact[i].norm()).item<float>(), 1, 0.1) << i;
    EXPECT_GT(exact[i].norm().item<float>(), 0) << i;
  }
}

}  // namespace
}  // namespace imago
