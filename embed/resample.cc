#include "embed/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace imago {
namespace {

double Bicubic(double x) {
  constexpr double kA = -0.5;
  x = std::fabs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0.0;
}

int32_t Fixed(double weight) {
  constexpr double kOne = 1 << TapsView::kFractionBits;
  return static_cast<int32_t>(weight < 0 ? -0.5 + weight * kOne : 0.5 + weight * kOne);
}

// The inputs that the cut is made from, [begin, end), and the taps relative to `begin`.
struct Axis {
  int begin;
  int end;
  FilterTaps taps;
};

// The weights of one output: its first input, how many, and their values (not yet normalised).
struct Window {
  int first;
  int count;
};

// As Pillow rounds it: cut off after adding a half.
int Rounded(double x) { return static_cast<int>(x + 0.5); }  // NOLINT(bugprone-incorrect-roundings)

Window WindowOf(double center, double support, int in) {
  const int first = std::max(Rounded(center - support), 0);
  const int end = std::min(Rounded(center + support), in);
  return {first, end - first};
}

void FillWeights(const Window& window, double center, double inverse_scale,
                 std::vector<double>* weights) {
  double sum = 0.0;
  for (int k = 0; k < window.count; ++k) {
    (*weights)[k] = Bicubic((k + window.first - center + 0.5) * inverse_scale);
    sum += (*weights)[k];
  }
  for (int k = 0; k < window.count && sum != 0.0; ++k) (*weights)[k] /= sum;
}

Axis MakeAxis(const AxisCut& cut) {
  const double scale = static_cast<double>(cut.in) / cut.out;
  const double filter_scale = std::max(scale, 1.0);
  const double support = 2.0 * filter_scale;
  const size_t width = static_cast<size_t>(std::ceil(support)) * 2 + 1;
  const size_t outputs = cut.end - cut.begin;
  std::vector<int> first(outputs);
  std::vector<int> count(outputs);
  std::vector<int32_t> fixed(outputs * width);
  std::vector<double> weights(width);
  for (size_t i = 0; i < outputs; ++i) {
    const double center = (cut.begin + static_cast<int>(i) + 0.5) * scale;
    const Window window = WindowOf(center, support, cut.in);
    FillWeights(window, center, 1.0 / filter_scale, &weights);
    first[i] = window.first;
    count[i] = window.count;
    for (int k = 0; k < window.count; ++k) fixed[i * width + k] = Fixed(weights[k]);
  }
  const int begin = first.front();
  const int end = first.back() + count.back();
  for (int& position : first) position -= begin;
  return {begin, end, FilterTaps(std::move(first), std::move(count), fixed)};
}

// An axis that keeps its size is copied, not filtered.
bool IsWhole(const AxisCut& cut) { return cut.in == cut.out; }

constexpr size_t kOverread = 16;

Image PassAcross(const Image& image, const Axis& axis, int row_begin, int row_end) {
  const TapsView taps = axis.taps.view();
  Image out{static_cast<int>(taps.outputs), row_end - row_begin, {}};
  out.rgb.resize(taps.outputs * 3 * out.height);
  const size_t row_bytes = static_cast<size_t>(image.width) * 3;
  std::vector<const uint8_t*> rows(out.height);
  for (int r = 0; r < out.height; ++r) {
    rows[r] = image.rgb.data() + (row_begin + r) * row_bytes + axis.begin * 3;
  }
  // The kernels read up to kOverread bytes past a row: those near the end of the picture are
  // copied.
  const size_t tail = std::min(kOverread / row_bytes + 1, rows.size());
  std::vector<uint8_t> tail_bytes(tail * row_bytes + kOverread);
  std::memcpy(tail_bytes.data(), image.rgb.data() + (row_end - tail) * row_bytes, tail * row_bytes);
  for (size_t r = 0; r < tail; ++r) {
    rows[rows.size() - tail + r] = tail_bytes.data() + r * row_bytes + axis.begin * 3;
  }
  ActiveResampleKernels().across(rows.data(), rows.size(), taps, out.rgb.data());
  return out;
}

// Columns [x.begin, x.end) of rows [begin, end), unfiltered.
Image CopyAcross(const Image& image, const AxisCut& x, int row_begin, int row_end) {
  Image out{x.end - x.begin, row_end - row_begin, {}};
  const size_t bytes = static_cast<size_t>(out.width) * 3;
  out.rgb.resize(bytes * out.height);
  for (int r = 0; r < out.height; ++r) {
    const size_t at = (static_cast<size_t>(row_begin + r) * image.width + x.begin) * 3;
    std::memcpy(&out.rgb[r * bytes], &image.rgb[at], bytes);
  }
  return out;
}

Image Across(const Image& image, const AxisCut& x, const AxisCut& rows) {
  if (IsWhole(x)) return CopyAcross(image, x, rows.begin, rows.end);
  return PassAcross(image, MakeAxis(x), rows.begin, rows.end);
}

}  // namespace

Image ResizeCut(const Image& image, const AxisCut& x, const AxisCut& y) {
  if (IsWhole(y)) return Across(image, x, y);
  const Axis axis = MakeAxis(y);
  const TapsView taps = axis.taps.view();
  const Image rows = Across(image, x, {y.in, y.in, axis.begin, axis.end});
  Image out{rows.width, static_cast<int>(taps.outputs), {}};
  const size_t row_bytes = static_cast<size_t>(out.width) * 3;
  out.rgb.resize(row_bytes * out.height);
  ActiveResampleKernels().down(rows.rgb.data(), row_bytes, taps, out.rgb.data());
  return out;
}

}  // namespace imago
