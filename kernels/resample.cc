#include "kernels/resample.h"

#include <algorithm>
#include <utility>

#include "kernels/kernels.h"

namespace imago {
namespace {

uint8_t Clip(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> TapsView::kFractionBits, 0, 255));
}

constexpr int32_t kHalf = 1 << (TapsView::kFractionBits - 1);

void AcrossRow(const uint8_t* row, const TapsView& taps, uint8_t* out) {
  for (size_t i = 0; i < taps.outputs; ++i) {
    const uint8_t* in = row + taps.first[i] * 3;
    const int32_t* weights = &taps.weights[i * taps.stride];
    int32_t red = kHalf;
    int32_t green = kHalf;
    int32_t blue = kHalf;
    for (int k = 0; k < taps.count[i]; ++k) {
      red += weights[k] * in[k * 3];
      green += weights[k] * in[k * 3 + 1];
      blue += weights[k] * in[k * 3 + 2];
    }
    out[i * 3] = Clip(red);
    out[i * 3 + 1] = Clip(green);
    out[i * 3 + 2] = Clip(blue);
  }
}

void Across(const uint8_t* const* rows, size_t n, const TapsView& taps, uint8_t* out) {
  for (size_t r = 0; r < n; ++r) AcrossRow(rows[r], taps, out + r * taps.outputs * 3);
}

void Down(const uint8_t* in, size_t row_bytes, const TapsView& taps, uint8_t* out) {
  std::vector<int32_t> sums(row_bytes);
  for (size_t i = 0; i < taps.outputs; ++i) {
    std::fill(sums.begin(), sums.end(), kHalf);
    for (int k = 0; k < taps.count[i]; ++k) {
      const int32_t weight = taps.weights[i * taps.stride + k];
      const uint8_t* row = in + (taps.first[i] + k) * row_bytes;
      for (size_t x = 0; x < row_bytes; ++x) sums[x] += weight * row[x];
    }
    for (size_t x = 0; x < row_bytes; ++x) out[i * row_bytes + x] = Clip(sums[x]);
  }
}

}  // namespace

FilterTaps::FilterTaps(std::vector<int> first, std::vector<int> count,
                       const std::vector<int32_t>& weights)
    : first_(std::move(first)), count_(std::move(count)) {
  const size_t outputs = first_.size();
  const size_t width = outputs == 0 ? 0 : weights.size() / outputs;
  stride_ = (width + 3) / 4 * 4;
  weights_.resize(outputs * stride_);
  high_.resize(outputs * stride_);
  low_.resize(outputs * stride_);
  for (size_t i = 0; i < outputs; ++i) {
    for (size_t k = 0; k < width; ++k) {
      const int32_t weight = weights[i * width + k];
      const size_t at = i * stride_ + k;
      weights_[at] = weight;
      high_[at] = static_cast<int16_t>(weight >> TapsView::kLowBits);
      low_[at] = static_cast<int16_t>(weight & ((1 << TapsView::kLowBits) - 1));
    }
  }
}

TapsView FilterTaps::view() const {
  return {first_.size(),   stride_,      first_.data(), count_.data(),
          weights_.data(), high_.data(), low_.data()};
}

constinit const ResampleKernels kScalarResampleKernels = {Across, Down};

const ResampleKernels& ActiveResampleKernels() {
  const bool scalar = !__builtin_cpu_supports("avx2") || &ActiveKernels() == &ScalarKernels();
  return scalar ? kScalarResampleKernels : kAvx2ResampleKernels;
}

}  // namespace imago
