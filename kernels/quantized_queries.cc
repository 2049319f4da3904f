#include "kernels/quantized_queries.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace imago {
namespace {

constexpr double kExact = 1 + 1e-9;  // more than sums in double can be off

// A form's values are its scale * (slope * whole number - middle).
struct Levels {
  double slope, middle;
};

Levels LevelsOf(Form form) {
  switch (form) {
    case Form::kCoarse:
      return {2, 3};
    case Form::kRough:
      return {16, 120};
    case Form::kFine:
      return {1, 127.5};
  }
  return {};
}

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
    Quantize(queries.row(q), rows, bytes_.data() + q * rows.groups() * kNibbleGroup);
  }
  view_.run = NibbleRun(view_);
}

void QuantizedQueries::Quantize(const float* query, const QuantizedRows& rows, int8_t* out) {
  Query made;
  std::vector<double> values(rows.groups() * kNibbleGroup), scratch(values.size());
  double square = 0, weighted_square = 0, left = 0;
  for (size_t i = 0; i < rows.dim(); ++i) {
    values[i] = query[i];
    made.center += values[i] * rows.center()[i];
    square += values[i] * values[i];
    values[i] /= rows.weights()[i];
    weighted_square += values[i] * values[i];
  }
  rows.rotation().Apply(values.data(), scratch.data());
  for (const double value : values) made.step = std::max(made.step, std::abs(value) / 127);
  for (size_t i = 0; i < values.size(); ++i) {
    const double whole =
        made.step == 0 ? 0 : std::clamp(std::round(values[i] / made.step), -127., 127.);
    out[i] = static_cast<int8_t>(whole);
    made.total += whole;
    left += (values[i] - made.step * whole) * (values[i] - made.step * whole);
  }
  made.norm = std::sqrt(weighted_square) * kExact;
  made.left = std::sqrt(left) * kExact + made.norm * 1e-12;
  const double norm = std::sqrt(square) * kExact;
  made.slack = norm * center_norm_;
  bounded_ =
      bounded_ && std::min(norm, made.norm) >= kMinNorm && std::max(norm, made.norm) <= kMaxNorm;
  queries_.push_back(made);
}

NibbleQueries QuantizedQueries::Only(size_t query) const {
  NibbleQueries one = view_;
  one.values += query * view_.groups * kNibbleGroup;
  one.count = 1;
  return one;
}

float QuantizedQueries::Least(const Query& query, float score, float reach) const {
  const double slack = rounding_ * (query.slack + (query.norm + query.left) * reach);
  const double least = score - query.center - query.left * reach - slack;
  return std::nextafter(static_cast<float>(least), -std::numeric_limits<float>::infinity());
}

ScoreBound QuantizedQueries::Bound(Form form, size_t query, float score, float reach) const {
  const Query& q = queries_[query];
  const Levels levels = LevelsOf(form);
  return {static_cast<float>(levels.slope * q.step),
          static_cast<float>(-levels.middle * q.step * q.total),
          static_cast<float>(q.norm * (1 + 0x1p-23)), Least(q, score, reach)};
}

}  // namespace imago
