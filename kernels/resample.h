#ifndef IMAGO_KERNELS_RESAMPLE_H_
#define IMAGO_KERNELS_RESAMPLE_H_

// The two passes of a separable picture filter over 8-bit RGB, in fixed point: every result is the
// weighted sum of some neighbours, rounded to nearest and clipped to 0..255. All tables give the
// same bytes.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace imago {

// What each output of one axis is made from: output i is the sum over k < count[i] of
// weights[i * stride + k] * input[first[i] + k].
struct TapsView {
  static constexpr int kFractionBits = 22;
  static constexpr int kLowBits = 11;

  size_t outputs;
  size_t stride;  // a multiple of four
  const int* first;
  const int* count;
  const int32_t* weights;
  // The same weights in halves that fit 16-bit products: weight = high * 2^kLowBits + low, with low
  // in [0, 2^kLowBits).
  const int16_t* high;
  const int16_t* low;
};

class FilterTaps {
 public:
  // `weights` are, for output i, count[i] numbers and zeros up to weights.size() / first.size().
  // The magnitudes of one output's weights sum to less than 2: then its sum fits 32 bits.
  FilterTaps(std::vector<int> first, std::vector<int> count, const std::vector<int32_t>& weights);
  TapsView view() const;

 private:
  size_t stride_;
  std::vector<int> first_;
  std::vector<int> count_;
  std::vector<int32_t> weights_;
  std::vector<int16_t> high_;
  std::vector<int16_t> low_;
};

struct ResampleKernels {
  // rows[r], r < n: RGB rows, each readable for 16 bytes past the last pixel that has a weight.
  // Output pixel i of row r goes to out + (r * outputs + i) * 3.
  void (*across)(const uint8_t* const* rows, size_t n, const TapsView& taps, uint8_t* out);
  // `in` is rows of row_bytes bytes, one for each input of `taps`; `out` one for each output.
  void (*down)(const uint8_t* in, size_t row_bytes, const TapsView& taps, uint8_t* out);
};

extern const ResampleKernels kScalarResampleKernels;
extern const ResampleKernels kAvx2ResampleKernels;  // only for a CPU with AVX2

// The best this CPU runs, or the scalar table while ScalarKernels() are in use (kernels.h).
const ResampleKernels& ActiveResampleKernels();

}  // namespace imago

#endif  // IMAGO_KERNELS_RESAMPLE_H_
