#ifndef IMAGO_KERNELS_MATRIX_H_
#define IMAGO_KERNELS_MATRIX_H_

// Rows of numbers. A Matrix owns its rows, a MatrixView borrows them. Row-major, rows packed
// without gaps, so row r starts at data() + r * cols().

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace imago {

// IEEE 754 binary16 as bits; kernels.h converts it.
struct Half {
  uint16_t bits = 0;
  friend bool operator==(Half a, Half b) { return a.bits == b.bits; }
};

template <typename T>
class BasicMatrixView {
 public:
  BasicMatrixView() = default;
  BasicMatrixView(const T* data, size_t rows, size_t cols)
      : data_(data), rows_(rows), cols_(cols) {}

  const T* data() const { return data_; }
  size_t rows() const { return rows_; }
  size_t cols() const { return cols_; }
  const T* row(size_t r) const { return data_ + r * cols_; }
  // Rows [begin, begin + count).
  BasicMatrixView Slice(size_t begin, size_t count) const { return {row(begin), count, cols_}; }

 private:
  const T* data_ = nullptr;
  size_t rows_ = 0;
  size_t cols_ = 0;
};

template <typename T>
class BasicMatrix {
 public:
  BasicMatrix() = default;
  // All elements zero.
  BasicMatrix(size_t rows, size_t cols) : data_(rows * cols), rows_(rows), cols_(cols) {}
  // `data` holds rows * cols elements.
  BasicMatrix(std::vector<T> data, size_t rows, size_t cols)
      : data_(std::move(data)), rows_(rows), cols_(cols) {}

  T* data() { return data_.data(); }
  const T* data() const { return data_.data(); }
  size_t rows() const { return rows_; }
  size_t cols() const { return cols_; }
  T* row(size_t r) { return data_.data() + r * cols_; }
  const T* row(size_t r) const { return data_.data() + r * cols_; }
  BasicMatrixView<T> view() const { return {data_.data(), rows_, cols_}; }
  operator BasicMatrixView<T>() const { return view(); }  // NOLINT: a matrix is readable as a view

  // Adds the rows of `other`, which must have the same number of columns unless this has no rows
  // yet.
  void Append(BasicMatrixView<T> other) {
    if (rows_ == 0) cols_ = other.cols();
    data_.insert(data_.end(), other.data(), other.data() + other.rows() * other.cols());
    rows_ += other.rows();
  }

 private:
  std::vector<T> data_;
  size_t rows_ = 0;
  size_t cols_ = 0;
};

using Matrix = BasicMatrix<float>;
using MatrixView = BasicMatrixView<float>;
using HalfMatrix = BasicMatrix<Half>;
using HalfMatrixView = BasicMatrixView<Half>;

}  // namespace imago

#endif  // IMAGO_KERNELS_MATRIX_H_
