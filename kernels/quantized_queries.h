#ifndef IMAGO_KERNELS_QUANTIZED_QUERIES_H_
#define IMAGO_KERNELS_QUANTIZED_QUERIES_H_

// Queries in 8 bits, and how high a row's score may be by its whole-number product with them.
//
// Let x be a row of f16, m the center, W the weights, T the rotation, y = T W (x - m), y' what is
// stored of y in some form, e at least |y - y'|, R at least |y| and |y'|; q the query,
// p = T (q / W), p' = step * (whole numbers) its quantised form, r = |p - p'|. Then
// q . x = q . m + p . y, and, by Cauchy and Schwarz,
//
//   q . x = q . m + p' . y' + p . (y - y') + (p - p') . y'
//        <= q . m + p' . y' + |p| e + r R.
//
// With y' = scale * (slope * c - z), c of whole numbers, p' . y' is
// scale * (slope * step * dot - step * z * total): what ScoreBound says, dot the product of whole
// numbers and total the query's sum. The score to compare is the one that dot_f16 computes. It
// differs from q . x by the rounding of at most n sums, in any order, of products q_i x_i: by
// n * u * (|q| |m| + |p| R) with u = 2^-24, since sizes of q_i and (x - m)_i multiply to the same
// with the weights. Reaching() rounds terms of at most 3 * sqrt(n) * (|p| + r) * R no more than 6
// times. So
//
//   2 u (n + 20 sqrt(n) + 32) (|q| |m| + (|p| + r) R)
//
// covers both, and underflow, where |q| and |p| are between kMinNorm and kMaxNorm: about 1e-4 of a
// unit row's score at n = 512.

#include <cstdint>
#include <vector>

#include "kernels/huge_pages.h"
#include "kernels/matrix.h"
#include "kernels/nibbles.h"
#include "kernels/quantized_rows.h"

namespace imago {

class QuantizedQueries {
 public:
  static constexpr double kMinNorm = 1e-20, kMaxNorm = 1e20;

  // Finite queries [nq, rows.dim()].
  QuantizedQueries(MatrixView queries, const QuantizedRows& rows);

  // Whether every query's length lets the bound hold.
  bool bounded() const { return bounded_; }
  const NibbleQueries& values() const { return view_; }
  NibbleQueries Only(size_t query) const;
  // What a row of a block with this reach must satisfy to reach `score`, by its form's dot: that of
  // its crumbs (coarse), of its high nibbles (rough), or 16 times the latter plus that of its low
  // ones (fine). Holds for a smaller reach too.
  ScoreBound Bound(Form form, size_t query, float score, float reach) const;

 private:
  struct Query {
    double step = 0;
    double total = 0;
    double norm = 0;    // |p|
    double left = 0;    // r
    double center = 0;  // q . m
    double slack = 0;   // of what the center adds: |q| |m|
  };
  float Least(const Query& query, float score, float reach) const;
  void Quantize(const float* query, const QuantizedRows& rows, int8_t* out);

  PagedVector<int8_t> bytes_;
  NibbleQueries view_;
  std::vector<Query> queries_;
  double center_norm_ = 0;
  double rounding_ = 0;
  bool bounded_ = true;
};

}  // namespace imago

#endif  // IMAGO_KERNELS_QUANTIZED_QUERIES_H_
