#ifndef IMAGO_KERNELS_QUANTIZED_ROWS_H_
#define IMAGO_KERNELS_QUANTIZED_ROWS_H_

// Rows in 8 bits a value and in 2, with what either may cost a score, for quantized_top_k.h. Of a
// row x the difference from the center is weighted, value by value, and rotated (rotation.h); y,
// the outcome, is stored as
//
//   finely    scale * (b - 127.5)          b of 8 bits, 16 * u + l; u and l are rows of nibbles.h
//   roughly   scale * (16 * u - 120)       by u alone
//   coarsely  own scale * (2 * c - 3)      c of 2 bits; rows of crumbs.h
//
// Of a query each value is divided by its weight, and the outcome rotated to p, so that q . x is
// q . center + p . y. The center is the mean of the rows, in f16: embeddings share a large part,
// which would waste the scale. For each row there is the length of what each form leaves out, so
// that, by Cauchy and Schwarz,
//
//   |p . y - p . form(y)| <= |p| * error of the form
//
// which is |p| |y| times what is the same for all weights. For queries of any direction that is
// least where a weight is the fourth root of 1 / the variance of the values, and more so for
// queries that have little where rows vary much, as texts among pictures.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/crumbs.h"
#include "kernels/huge_pages.h"
#include "kernels/matrix.h"
#include "kernels/nibbles.h"
#include "kernels/rotation.h"

namespace imago {

enum class Form { kCoarse, kRough, kFine };

// A float without its lower half (bf16), which takes less of the cache.
class ShortFloat {
 public:
  ShortFloat() = default;
  // The largest not above a finite `value` of at least 0, and the smallest not below it.
  static ShortFloat AtMost(float value) { return ShortFloat(std::bit_cast<uint32_t>(value)); }
  static ShortFloat AtLeast(float value) {
    return ShortFloat(std::bit_cast<uint32_t>(value) + 0xffff);
  }
  float value() const { return std::bit_cast<float>(uint32_t{upper_} << 16); }

 private:
  explicit ShortFloat(uint32_t bits) : upper_(static_cast<uint16_t>(bits >> 16)) {}
  uint16_t upper_ = 0;
};

// What turns a row's products with queries into bounds on its score.
struct FormTerms {
  float scale = 0;
  ShortFloat rough_error, fine_error;
};
struct CoarseTerms {
  ShortFloat scale, error;
};

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

  size_t rows() const { return terms_.size(); }
  size_t dim() const { return dim_; }
  size_t groups() const { return groups_; }
  // [dim], each a finite f16.
  const std::vector<float>& center() const { return center_; }
  // [dim], from 1/16 to 16.
  const std::vector<float>& weights() const { return weights_; }
  const Rotation& rotation() const { return rotation_; }
  const uint8_t* crumbs(size_t row) const {
    return crumbs_.data() + row * groups_ * kCrumbGroupBytes;
  }
  const uint8_t* high(size_t row) const { return high_.data() + row * groups_ * kNibbleGroupBytes; }
  const uint8_t* low(size_t row) const { return low_.data() + row * groups_ * kNibbleGroupBytes; }
  const CoarseTerms& coarse_terms(size_t row) const { return coarse_terms_[row]; }
  const FormTerms& terms(size_t row) const { return terms_[row]; }
  // At least the length of y, of every row in the block, and of all its forms.
  float reach(size_t block) const { return reach_[block]; }

 private:
  void Measure(HalfMatrixView rows);
  void Resize(size_t rows);
  void Store(HalfMatrixView rows, size_t begin, size_t end);

  size_t dim_;
  size_t groups_;
  Rotation rotation_;
  size_t measured_ = 0;  // of so many rows the center is the mean
  std::vector<float> center_, weights_;
  PagedVector<uint8_t> crumbs_, high_, low_;
  PagedVector<CoarseTerms> coarse_terms_;
  PagedVector<FormTerms> terms_;
  std::vector<float> reach_;
};

}  // namespace imago

#endif  // IMAGO_KERNELS_QUANTIZED_ROWS_H_
