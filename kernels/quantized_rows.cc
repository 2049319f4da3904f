#include "kernels/quantized_rows.h"

#include <algorithm>
#include <cmath>

#include "kernels/kernels.h"
#include "kernels/nibbles.h"
#include "kernels/parallel.h"

namespace imago {
namespace {

// Sums in lanes, so that the compiler may vectorise them.
constexpr size_t kLanes = 16;

float Total(const float* lanes) {
  double sum = 0;
  for (size_t i = 0; i < kLanes; ++i) sum += lanes[i];
  return static_cast<float>(sum);
}

// One row without the center.
struct Row {
  explicit Row(size_t groups) : values(groups * kNibbleGroup), bytes(groups * kNibbleGroup) {}
  std::vector<float> values;  // padded with zeros to whole groups, as are the bytes
  std::vector<uint8_t> bytes;
  float scale = 0;
  float square = 0;        // of the length
  float rough_square = 0;  // of what each form leaves out
  float fine_square = 0;
};

// values = row - center: a difference of two f16, so that none but zero is below 2^-24 and no
// square is lost to underflow.
void Center(const Half* row, const std::vector<float>& center, Row& out) {
  ActiveKernels().to_f32(row, out.values.data(), center.size());
  for (size_t i = 0; i < center.size(); ++i) out.values[i] -= center[i];
}

void Measure(Row& row) {
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

struct Left {
  float rough[kLanes] = {}, fine[kLanes] = {};
};

inline void QuantizeSome(const float* values, size_t count, float scale, uint8_t* bytes,
                         Left& left) {
  const float inverse = scale > 0 ? 1 / scale : 0;
  for (size_t j = 0; j < count; ++j) {
    const int byte = std::clamp(static_cast<int>(values[j] * inverse + 128), 0, 255);
    bytes[j] = static_cast<uint8_t>(byte);
    const float rough = values[j] - scale * static_cast<float>((byte & 0xf0) - 120);
    const float fine = values[j] - scale * (static_cast<float>(byte) - 127.5f);
    left.rough[j] += rough * rough;
    left.fine[j] += fine * fine;
  }
}

void Quantize(Row& row, size_t dim) {
  Left left;
  const size_t whole = dim / kLanes * kLanes;
  const float* values = row.values.data();
  uint8_t* bytes = row.bytes.data();
  for (size_t i = 0; i < whole; i += kLanes) {
    QuantizeSome(values + i, kLanes, row.scale, bytes + i, left);
  }
  QuantizeSome(values + whole, dim - whole, row.scale, bytes + whole, left);
  row.rough_square = Total(left.rough);
  row.fine_square = Total(left.fine);
}

// A length not below the true one: n squares summed in f32 are off by n roundings at most, and each
// difference by two roundings of values no longer than the row.
float AtLeast(float square, float row_square, size_t n) {
  constexpr double kRounding = 0x1p-24;
  const double slack = 1 + static_cast<double>(n + 32) * kRounding;
  const double length = std::sqrt(double{square}) + 8 * kRounding * std::sqrt(double{row_square});
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

// The mean of at most 65,536 rows, evenly chosen, in f16.
std::vector<float> MeanOf(HalfMatrixView rows) {
  const size_t step = rows.rows() / 65536 + 1;
  std::vector<double> sum(rows.cols());
  std::vector<float> row(rows.cols());
  size_t count = 0;
  for (size_t r = 0; r < rows.rows(); r += step, ++count) {
    ActiveKernels().to_f32(rows.row(r), row.data(), row.size());
    for (size_t i = 0; i < row.size(); ++i) sum[i] += row[i];
  }
  for (size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<float>(sum[i] / static_cast<double>(count));
  }
  std::vector<Half> rounded(row.size());
  ActiveKernels().to_f16(row.data(), rounded.data(), row.size());
  ActiveKernels().to_f32(rounded.data(), row.data(), row.size());
  return row;
}

}  // namespace

QuantizedRows::QuantizedRows(size_t dim)
    : dim_(dim),
      groups_((dim + kNibbleGroup - 1) / kNibbleGroup),
      row_bytes_(groups_ * kNibbleGroupBytes),
      center_(dim) {}

void QuantizedRows::Cover(HalfMatrixView rows, int threads) {
  size_t begin = this->rows();
  if (rows.rows() >= 2 * centered_ && rows.rows() > begin) {
    center_ = MeanOf(rows);
    centered_ = rows.rows();
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

void QuantizedRows::Resize(size_t rows) {
  high_.resize(rows * row_bytes_);
  low_.resize(rows * row_bytes_);
  for (PagedVector<float>* values : {&scales_, &rough_errors_, &fine_errors_}) values->resize(rows);
  reach_.resize((rows + kBlockRows - 1) / kBlockRows);
}

void QuantizedRows::Store(HalfMatrixView rows, size_t begin, size_t end) {
  Row row(groups_);
  for (size_t r = begin; r < end; ++r) {
    Center(rows.row(r), center_, row);
    Measure(row);
    Quantize(row, dim_);
    Pack(row.bytes, high_.data() + r * row_bytes_, low_.data() + r * row_bytes_);
    const size_t n = row.values.size();
    scales_[r] = row.scale;
    rough_errors_[r] = AtLeast(row.rough_square, row.square, n);
    fine_errors_[r] = AtLeast(row.fine_square, row.square, n);
    const float length = AtLeast(row.square, row.square, n) + rough_errors_[r];
    float& reach = reach_[r / kBlockRows];
    reach = std::max(reach, length * (1 + 0x1p-22f));  // the sum was rounded
  }
}

}  // namespace imago
