#ifndef IMAGO_KERNELS_DEPTHWISE_H_
#define IMAGO_KERNELS_DEPTHWISE_H_

// The gradient of a depthwise convolution with respect to its weights, on bfloat16 maps. LibTorch
// takes ten times as long for it as for the convolution itself.

#include <cstddef>
#include <cstdint>

namespace imago {

struct DepthwiseShape {
  size_t pictures;
  size_t height;
  size_t width;
  size_t channels;
  size_t kernel;  // odd; the convolution has stride 1 and pads kernel / 2 zeros on every side
};

// maps, gradients: bfloat16 bits [pictures, height, width, channels], of the convolution's input
// and for its output. out: f32 [kernel, kernel, channels], the sums over all places of input times
// gradient.
void ScalarDepthwiseGradient(const uint16_t* maps, const uint16_t* gradients,
                             const DepthwiseShape& shape, float* out);
// The same by the best loop for this CPU and shape, up to the order of summation.
void DepthwiseGradient(const uint16_t* maps, const uint16_t* gradients, const DepthwiseShape& shape,
                       float* out);

// Sixteen channels from `maps`, `gradients` and `out` on, for kernel 3 or 5; only for a CPU with
// AVX-512F. `scratch` is 64-byte aligned, of 16 floats for each place of a padded map and for each
// of a map.
void Avx512DepthwiseGradient(const uint16_t* maps, const uint16_t* gradients,
                             const DepthwiseShape& shape, float* scratch, float* out);

}  // namespace imago

#endif  // IMAGO_KERNELS_DEPTHWISE_H_
