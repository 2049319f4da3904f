#ifndef IMAGO_KERNELS_QUANTIZED_ROWS_H_
#define IMAGO_KERNELS_QUANTIZED_ROWS_H_

// Rows in 8 bits a value with what that may cost a score, for exact_scan.h. A row x is stored as
//
//   center + scale * (b - 127.5)     b of 8 bits, 16 * u + l; u and l are rows of nibbles.h
//
// and roughly, by u alone, as center + scale * (16 * u - 120). The center is the mean of the rows,
// in f16: embeddings share a large part, which would waste the scale. For each row there is the
// length of what either form leaves out, so that for every query q, by Cauchy and Schwarz,
//
//   |q . x - q . rough(x)| <= |q| * rough_error      |q . x - q . fine(x)| <= |q| * fine_error

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/huge_pages.h"
#include "kernels/matrix.h"

namespace imago {

class QuantizedRows {
 public:
  // Up to this many values a row, sums of products fit 32 bits.
  static constexpr size_t kMaxDim = 65536;
  // Rows that share a reach: one word of a RowMask.
  static constexpr size_t kBlockRows = 64;

  explicit QuantizedRows(size_t dim);

  // Takes in the rows that are new; `rows`, finite, begins with those of the last call. When they
  // are twice as many as the center was made of, all are stored anew around a better one.
  void Cover(HalfMatrixView rows, int threads);

  size_t rows() const { return scales_.size(); }
  size_t dim() const { return dim_; }
  size_t groups() const { return groups_; }
  // [dim], each a finite f16.
  const std::vector<float>& center() const { return center_; }
  const uint8_t* high(size_t row) const { return high_.data() + row * row_bytes_; }
  const uint8_t* low(size_t row) const { return low_.data() + row * row_bytes_; }
  const float* scales() const { return scales_.data(); }
  const float* rough_errors() const { return rough_errors_.data(); }
  const float* fine_errors() const { return fine_errors_.data(); }
  // At least the length, without the center, of every row in the block and of both its forms.
  float reach(size_t block) const { return reach_[block]; }

 private:
  void Resize(size_t rows);
  void Store(HalfMatrixView rows, size_t begin, size_t end);

  size_t dim_;
  size_t groups_;
  size_t row_bytes_;
  size_t centered_ = 0;  // of so many rows the center is the mean
  std::vector<float> center_;
  PagedVector<uint8_t> high_, low_;
  PagedVector<float> scales_, rough_errors_, fine_errors_;
  std::vector<float> reach_;
};

}  // namespace imago

#endif  // IMAGO_KERNELS_QUANTIZED_ROWS_H_
