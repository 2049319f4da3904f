#include "kernels/quantized_queries.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace imago {
namespace {

constexpr double kExact = 1 + 1e-9;  // more than sums in double can be off

double Length(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += double{value} * value;
  return std::sqrt(sum) * kExact;
}

}  // namespace

QuantizedQueries::QuantizedQueries(MatrixView queries, const QuantizedRows& rows)
    : bytes_(queries.rows() * rows.groups() * kNibbleGroup),
      view_{bytes_.data(), queries.rows(), rows.groups(), 2},
      center_norm_(Length(rows.center())) {
  const double n = static_cast<double>(rows.groups() * kNibbleGroup);
  rounding_ = 2 * 0x1p-24 * (n + 20 * std::sqrt(n) + 32);
  for (size_t q = 0; q < queries.rows(); ++q) {
    Quantize(queries.row(q), rows.center(), bytes_.data() + q * rows.groups() * kNibbleGroup);
  }
  view_.run = NibbleRun(view_);
}

void QuantizedQueries::Quantize(const float* query, const std::vector<float>& center, int8_t* out) {
  Query made;
  for (size_t i = 0; i < center.size(); ++i) {
    made.step = std::max(made.step, std::abs(double{query[i]}) / 127);
  }
  double square = 0, left = 0;
  for (size_t i = 0; i < center.size(); ++i) {
    const double value = query[i];
    const double whole =
        made.step == 0 ? 0 : std::clamp(std::round(value / made.step), -127., 127.);
    out[i] = static_cast<int8_t>(whole);
    made.total += whole;
    made.center += value * center[i];
    square += value * value;
    left += (value - made.step * whole) * (value - made.step * whole);
  }
  made.norm = std::sqrt(square) * kExact;
  made.left = std::sqrt(left) * kExact + made.norm * 1e-12;
  bounded_ = bounded_ && made.norm >= kMinNorm && made.norm <= kMaxNorm;
  queries_.push_back(made);
}

NibbleQueries QuantizedQueries::Only(size_t query) const {
  NibbleQueries one = view_;
  one.values += query * view_.groups * kNibbleGroup;
  one.count = 1;
  return one;
}

float QuantizedQueries::Least(const Query& query, float score, float reach) const {
  const double slack = rounding_ * (query.norm + query.left) * (center_norm_ + reach);
  const double least = score - query.center - query.left * reach - slack;
  return std::nextafter(static_cast<float>(least), -std::numeric_limits<float>::infinity());
}

ScoreBound QuantizedQueries::RoughBound(size_t query, float score, float reach) const {
  const Query& q = queries_[query];
  return {static_cast<float>(16 * q.step), static_cast<float>(-120 * q.step * q.total),
          static_cast<float>(q.norm * (1 + 0x1p-23)), Least(q, score, reach)};
}

ScoreBound QuantizedQueries::FineBound(size_t query, float score, float reach) const {
  const Query& q = queries_[query];
  return {static_cast<float>(q.step), static_cast<float>(-127.5 * q.step * q.total),
          static_cast<float>(q.norm * (1 + 0x1p-23)), Least(q, score, reach)};
}

}  // namespace imago
