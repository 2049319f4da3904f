#include "kernels/quantized_rows.h"

#include <algorithm>
#include <cmath>

#include "kernels/kernels.h"
#include "kernels/parallel.h"

namespace imago {
namespace {

// Sums in lanes, so that the compiler may vectorise them.
constexpr size_t kLanes = 16;
// One count of groups, and one form of queries, serve both.
static_assert(kCrumbGroup == kNibbleGroup);

float Total(const float* lanes) {
  double sum = 0;
  for (size_t i = 0; i < kLanes; ++i) sum += lanes[i];
  return static_cast<float>(sum);
}

// One row without the center, weighted and rotated.
struct Row {
  explicit Row(size_t groups)
      : values(groups * kNibbleGroup),
        scratch(values.size()),
        bytes(values.size()),
        crumbs(values.size()) {}
  std::vector<float> values, scratch;
  std::vector<uint8_t> bytes, crumbs;
  float scale = 0;
  float square = 0;        // of the length
  float rough_square = 0;  // of what each form leaves out
  float fine_square = 0;
};

// What a row lacks to whole groups is zero before the rotation.
void Center(const Half* row, const std::vector<float>& center, const std::vector<float>& weights,
            Row& out) {
  ActiveKernels().to_f32(row, out.values.data(), center.size());
  for (size_t i = 0; i < center.size(); ++i) {
    out.values[i] = (out.values[i] - center[i]) * weights[i];
  }
  std::fill(out.values.begin() + static_cast<ptrdiff_t>(center.size()), out.values.end(), 0.0f);
}

// Differences of two f16 are at least 2^-24 or zero, and what roundings leave of weighted and
// rotated ones at least 2^-60: no square is lost to underflow.
void MeasureRow(Row& row) {
  float most[kLanes] = {}, squares[kLanes] = {};
  for (size_t i = 0; i < row.values.size(); i += kLanes) {
    for (size_t j = 0; j < kLanes; ++j) {
      const float value = row.values[i + j];
      most[j] = std::max(most[j], std::abs(value));
      squares[j] += value * value;
    }
  }
  row.scale = *std::max_element(most, most + kLanes) / 127.5f;
  row.square = Total(squares);
}

void Quantize(Row& row) {
  const float scale = row.scale, inverse = scale > 0 ? 1 / scale : 0;
  float rough_squares[kLanes] = {}, fine_squares[kLanes] = {};
  for (size_t i = 0; i < row.values.size(); i += kLanes) {
    for (size_t j = 0; j < kLanes; ++j) {
      const float value = row.values[i + j];
      const int byte = std::clamp(static_cast<int>(value * inverse + 128), 0, 255);
      row.bytes[i + j] = static_cast<uint8_t>(byte);
      const float rough = value - scale * static_cast<float>((byte & 0xf0) - 120);
      const float fine = value - scale * (static_cast<float>(byte) - 127.5f);
      rough_squares[j] += rough * rough;
      fine_squares[j] += fine * fine;
    }
  }
  row.rough_square = Total(rough_squares);
  row.fine_square = Total(fine_squares);
}

// The coarse form of a value is 1 or 3 times the scale, with the value's sign.
float CoarseSize(float size, float inverse) {
  return static_cast<float>(1 + 2 * std::min(static_cast<int>(size * inverse), 1));
}

// Of values below twice the scale the form is the smaller.
float CoarseInverse(float scale) { return scale > 0 ? 0.5f / scale : 0; }

// The scale that leaves out the least where values are told apart by `scale`.
float BetterCoarseScale(const Row& row, float scale) {
  const float inverse = CoarseInverse(scale);
  float products[kLanes] = {}, squares[kLanes] = {};
  for (size_t i = 0; i < row.values.size(); i += kLanes) {
    for (size_t j = 0; j < kLanes; ++j) {
      const float size = std::abs(row.values[i + j]), coarse = CoarseSize(size, inverse);
      products[j] += size * coarse;
      squares[j] += coarse * coarse;
    }
  }
  return Total(products) / Total(squares);
}

struct Coarse {
  ShortFloat scale;
  float square = 0;  // of the form's length
  float left_square = 0;
};

// Starts from the scale that is best for values of a normal distribution, 0.498 times their
// deviation (Max, 1960, Quantizing for minimum distortion).
Coarse QuantizeCoarse(Row& row) {
  const float first = 0.498f * std::sqrt(row.square / static_cast<float>(row.values.size()));
  const float second = BetterCoarseScale(row, first), inverse = CoarseInverse(second);
  const ShortFloat rounded = ShortFloat::AtMost(BetterCoarseScale(row, second));
  const float scale = rounded.value();
  float squares[kLanes] = {}, left_squares[kLanes] = {};
  for (size_t i = 0; i < row.values.size(); i += kLanes) {
    for (size_t j = 0; j < kLanes; ++j) {
      const float value = row.values[i + j];
      const float whole = std::copysign(CoarseSize(std::abs(value), inverse), value);
      const float left = value - scale * whole;
      row.crumbs[i + j] = static_cast<uint8_t>(0.5f * whole + 1.5f);
      squares[j] += whole * whole;
      left_squares[j] += left * left;
    }
  }
  return {rounded, scale * scale * Total(squares), Total(left_squares)};
}

// A length not below the true one: n squares summed in f32 are off by n roundings at most. What is
// left was off by less than 20 roundings of the row's length before: of the difference from the
// center, of the weight, of the rotation (8), and of the form and its difference.
float AtLeast(float square, float row_square, size_t n) {
  constexpr double kRounding = 0x1p-24;
  const double slack = 1 + static_cast<double>(n + 32) * kRounding;
  const double length = std::sqrt(double{square}) + 20 * kRounding * std::sqrt(double{row_square});
  return static_cast<float>(length * slack * (1 + 2 * kRounding));
}

void Pack(const std::vector<uint8_t>& bytes, uint8_t* high, uint8_t* low) {
  for (size_t i = 0; i < bytes.size(); i += kNibbleGroup) {
    for (size_t j = 0; j < kNibbleGroupBytes; ++j) {
      const uint8_t first = bytes[i + j], second = bytes[i + kNibbleGroupBytes + j];
      *high++ = static_cast<uint8_t>((second & 0xf0) | (first >> 4));
      *low++ = static_cast<uint8_t>((second << 4) | (first & 15));
    }
  }
}

void PackCrumbs(const std::vector<uint8_t>& crumbs, uint8_t* out) {
  for (size_t i = 0; i < crumbs.size(); i += kCrumbGroup) {
    const uint8_t* part = crumbs.data() + i;
    for (size_t j = 0; j < kCrumbGroupBytes; ++j, ++part) {
      *out++ =
          static_cast<uint8_t>(part[0] | part[kCrumbGroupBytes] << 2 |
                               part[2 * kCrumbGroupBytes] << 4 | part[3 * kCrumbGroupBytes] << 6);
    }
  }
}

float WeightOf(double variance, double mean) {
  constexpr double kMost = 16;
  if (mean <= 0) return 1;
  const double ratio = variance > 0 ? mean / variance : std::pow(kMost, 4);
  return static_cast<float>(std::clamp(std::sqrt(std::sqrt(ratio)), 1 / kMost, kMost));
}

}  // namespace

QuantizedRows::QuantizedRows(size_t dim)
    : dim_(dim),
      groups_((dim + kNibbleGroup - 1) / kNibbleGroup),
      rotation_(groups_ * kNibbleGroup),
      center_(dim),
      weights_(dim, 1) {}

void QuantizedRows::Cover(HalfMatrixView rows, int threads) {
  size_t begin = this->rows();
  if (rows.rows() >= 2 * measured_ && rows.rows() > begin) {
    Measure(rows);
    begin = 0;
    std::fill(reach_.begin(), reach_.end(), 0.0f);
  }
  Resize(rows.rows());
  // In whole blocks, which share a reach.
  const size_t first = begin / kBlockRows, blocks = reach_.size() - first;
  const size_t parts = std::min(blocks, static_cast<size_t>(std::max(1, threads)));
  RunParts(parts, [&](size_t part) {
    const size_t from = (first + blocks * part / parts) * kBlockRows;
    const size_t to = (first + blocks * (part + 1) / parts) * kBlockRows;
    Store(rows, std::max(begin, from), std::min(rows.rows(), to));
  });
}

// By at most 65,536 rows, evenly chosen.
void QuantizedRows::Measure(HalfMatrixView rows) {
  const size_t step = rows.rows() / 65536 + 1;
  std::vector<double> sums(dim_), squares(dim_);
  std::vector<float> row(dim_);
  double count = 0, mean_variance = 0;
  for (size_t r = 0; r < rows.rows(); r += step, ++count) {
    ActiveKernels().to_f32(rows.row(r), row.data(), dim_);
    for (size_t i = 0; i < dim_; ++i) {
      sums[i] += row[i];
      squares[i] += double{row[i]} * row[i];
    }
  }
  for (size_t i = 0; i < dim_; ++i) {
    row[i] = static_cast<float>(sums[i] / count);
    squares[i] = std::max(0.0, squares[i] / count - sums[i] / count * (sums[i] / count));
    mean_variance += squares[i] / static_cast<double>(dim_);
  }
  std::vector<Half> center(dim_);
  ActiveKernels().to_f16(row.data(), center.data(), dim_);
  ActiveKernels().to_f32(center.data(), center_.data(), dim_);
  for (size_t i = 0; i < dim_; ++i) weights_[i] = WeightOf(squares[i], mean_variance);
  measured_ = rows.rows();
}

void QuantizedRows::Resize(size_t rows) {
  crumbs_.resize(rows * groups_ * kCrumbGroupBytes);
  high_.resize(rows * groups_ * kNibbleGroupBytes);
  low_.resize(high_.size());
  coarse_terms_.resize(rows);
  terms_.resize(rows);
  reach_.resize((rows + kBlockRows - 1) / kBlockRows);
}

void QuantizedRows::Store(HalfMatrixView rows, size_t begin, size_t end) {
  Row row(groups_);
  const size_t n = row.values.size();
  for (size_t r = begin; r < end; ++r) {
    Center(rows.row(r), center_, weights_, row);
    rotation_.Apply(row.values.data(), row.scratch.data());
    MeasureRow(row);
    const auto length = [&](float square) { return AtLeast(square, row.square, n); };
    Quantize(row);
    Pack(row.bytes, high_.data() + r * groups_ * kNibbleGroupBytes,
         low_.data() + r * groups_ * kNibbleGroupBytes);
    const float rough_error = length(row.rough_square), fine_error = length(row.fine_square);
    terms_[r] = {row.scale, ShortFloat::AtLeast(rough_error), ShortFloat::AtLeast(fine_error)};
    const Coarse coarse = QuantizeCoarse(row);
    PackCrumbs(row.crumbs, crumbs_.data() + r * groups_ * kCrumbGroupBytes);
    coarse_terms_[r] = {coarse.scale, ShortFloat::AtLeast(length(coarse.left_square))};
    const float most =
        std::max(length(row.square) + std::max(rough_error, fine_error), length(coarse.square));
    float& reach = reach_[r / kBlockRows];
    reach = std::max(reach, most * (1 + 0x1p-22f));  // sums were rounded
  }
}

}  // namespace imago
