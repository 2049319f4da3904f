#include "kernels/depthwise.h"

#include <bit>
#include <memory>
#include <new>
#include <vector>

#include "kernels/kernels.h"

namespace imago {
namespace {

constexpr size_t kLanes = 16;
constexpr std::align_val_t kAlignment{64};

float FromBfloat16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

bool FitsAvx512(const DepthwiseShape& shape) {
  return __builtin_cpu_supports("avx512f") && &ActiveKernels() != &ScalarKernels() &&
         shape.channels % kLanes == 0 && (shape.kernel == 3 || shape.kernel == 5);
}

// The sum for one weight: offsets of the input against the output are `down` and `right`.
double OneWeight(const uint16_t* maps, const uint16_t* gradients, const DepthwiseShape& shape,
                 std::ptrdiff_t down, std::ptrdiff_t right) {
  const auto height = static_cast<std::ptrdiff_t>(shape.height);
  const auto width = static_cast<std::ptrdiff_t>(shape.width);
  double sum = 0;
  for (size_t n = 0; n < shape.pictures; ++n) {
    const size_t picture = n * shape.height * shape.width * shape.channels;
    for (std::ptrdiff_t y = 0; y < height; ++y) {
      if (y + down < 0 || y + down >= height) continue;
      for (std::ptrdiff_t x = 0; x < width; ++x) {
        if (x + right < 0 || x + right >= width) continue;
        const size_t from = picture + ((y + down) * width + x + right) * shape.channels;
        const size_t to = picture + (y * width + x) * shape.channels;
        sum += FromBfloat16(maps[from]) * FromBfloat16(gradients[to]);
      }
    }
  }
  return sum;
}

}  // namespace

void ScalarDepthwiseGradient(const uint16_t* maps, const uint16_t* gradients,
                             const DepthwiseShape& shape, float* out) {
  const auto pad = static_cast<std::ptrdiff_t>(shape.kernel / 2);
  for (size_t k = 0; k < shape.kernel * shape.kernel; ++k) {
    const auto down = static_cast<std::ptrdiff_t>(k / shape.kernel) - pad;
    const auto right = static_cast<std::ptrdiff_t>(k % shape.kernel) - pad;
    for (size_t c = 0; c < shape.channels; ++c) {
      out[k * shape.channels + c] =
          static_cast<float>(OneWeight(maps + c, gradients + c, shape, down, right));
    }
  }
}

void DepthwiseGradient(const uint16_t* maps, const uint16_t* gradients, const DepthwiseShape& shape,
                       float* out) {
  if (!FitsAvx512(shape)) return ScalarDepthwiseGradient(maps, gradients, shape, out);
  const size_t rim = shape.kernel / 2 * 2;
  const size_t places = (shape.height + rim) * (shape.width + rim) + shape.height * shape.width;
  const auto free = [](float* memory) { operator delete[](memory, kAlignment); };
  const std::unique_ptr<float[], decltype(free)> scratch(
      static_cast<float*>(operator new[](places* kLanes * sizeof(float), kAlignment)), free);
  for (size_t c = 0; c < shape.channels; c += kLanes) {
    Avx512DepthwiseGradient(maps + c, gradients + c, shape, scratch.get(), out + c);
  }
}

}  // namespace imago
