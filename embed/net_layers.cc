#include "embed/net_layers.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "fmt/format.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

constexpr int64_t kMaxWidth = 4096;
// With layers no wider than that and weights no larger than this no sum overflows.
constexpr float kMaxWeight = 1e4f;

absl::StatusOr<std::vector<float>> ReadWeights(const SafetensorsFile& file,
                                               const std::string& name) {
  auto values = file.ReadFloats(name);
  if (!values.ok()) return values.status();
  const auto found = std::find_if(values->begin(), values->end(),
                                  [](float v) { return !(std::abs(v) <= kMaxWeight); });
  if (found == values->end()) return values;
  return absl::InvalidArgumentError(
      fmt::format("tensor {} has the value {}, it must be within -{} and {}", name, *found,
                  kMaxWeight, kMaxWeight));
}

bool Fits(int64_t found, size_t wanted) {
  if (wanted == 0) return found >= 1 && found <= kMaxWidth;
  return found == static_cast<int64_t>(wanted);
}

absl::StatusOr<LstmLayer::Direction> ReadDirection(const SafetensorsFile& file,
                                                   const std::string& name,
                                                   const std::string& suffix, size_t in) {
  auto recurrent = ReadMatrix(file, fmt::format("{}.weight_hh_{}", name, suffix), 0, 0);
  if (!recurrent.ok()) return recurrent.status();
  const size_t gates = 4 * recurrent->cols();
  if (recurrent->rows() != gates) {
    return absl::InvalidArgumentError(
        fmt::format("tensor {}.weight_hh_{} must have four rows for each column", name, suffix));
  }
  auto input = ReadMatrix(file, fmt::format("{}.weight_ih_{}", name, suffix), gates, in);
  if (!input.ok()) return input.status();
  auto bias = ReadVector(file, fmt::format("{}.bias_ih_{}", name, suffix), gates);
  if (!bias.ok()) return bias.status();
  const auto second = ReadVector(file, fmt::format("{}.bias_hh_{}", name, suffix), gates);
  if (!second.ok()) return second.status();
  for (size_t i = 0; i < gates; ++i) (*bias)[i] += (*second)[i];
  return LstmLayer::Direction{{*std::move(input), *std::move(bias)}, *std::move(recurrent)};
}

float Sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

// Writes each word's row into columns [at, at + width) of `out`.
void Run(const LstmLayer::Direction& direction, const Matrix& in, bool backward, size_t at,
         Matrix& out) {
  const Kernels& kernels = ActiveKernels();
  const Matrix gates = direction.input.Apply(in);
  const size_t width = direction.recurrent.cols();
  std::vector<float> row(width, 0);
  std::vector<float> cell(width, 0);
  std::vector<float> sums(4 * width);
  for (size_t step = 0; step < in.rows(); ++step) {
    const size_t word = backward ? in.rows() - 1 - step : step;
    kernels.dots_f32(row.data(), 1, direction.recurrent.data(), 4 * width, width, sums.data());
    kernels.add_scaled(gates.row(word), 1, sums.data(), 4 * width);
    for (size_t i = 0; i < width; ++i) {
      cell[i] =
          Sigmoid(sums[width + i]) * cell[i] + Sigmoid(sums[i]) * std::tanh(sums[2 * width + i]);
      row[i] = Sigmoid(sums[3 * width + i]) * std::tanh(cell[i]);
    }
    std::copy(row.begin(), row.end(), out.row(word) + at);
  }
}

}  // namespace

Matrix LinearLayer::Apply(const Matrix& rows) const {
  const Kernels& kernels = ActiveKernels();
  Matrix out(rows.rows(), weight.rows());
  kernels.dots_f32(rows.data(), rows.rows(), weight.data(), weight.rows(), weight.cols(),
                   out.data());
  for (size_t r = 0; r < out.rows(); ++r) {
    kernels.add_scaled(bias.data(), 1, out.row(r), out.cols());
  }
  return out;
}

Matrix LstmLayer::Apply(const Matrix& rows) const {
  Matrix out(rows.rows(), 2 * width());
  Run(forward, rows, false, 0, out);
  Run(backward, rows, true, width(), out);
  return out;
}

absl::StatusOr<std::vector<float>> ReadVector(const SafetensorsFile& file, const std::string& name,
                                              size_t size) {
  auto values = ReadWeights(file, name);
  if (values.ok() && values->size() != size) {
    return absl::InvalidArgumentError(
        fmt::format("tensor {} has {} values, it must have {}", name, values->size(), size));
  }
  return values;
}

absl::StatusOr<Matrix> ReadMatrix(const SafetensorsFile& file, const std::string& name, size_t rows,
                                  size_t cols) {
  auto values = ReadWeights(file, name);
  if (!values.ok()) return values.status();
  const std::vector<int64_t>& shape = file.tensors().at(name).shape;
  if (shape.size() != 2 || !Fits(shape[0], rows) || !Fits(shape[1], cols)) {
    return absl::InvalidArgumentError(
        fmt::format("tensor {} must have {} rows of {} (0: any number from 1 to {})", name, rows,
                    cols, kMaxWidth));
  }
  return Matrix(*std::move(values), static_cast<size_t>(shape[0]), static_cast<size_t>(shape[1]));
}

absl::StatusOr<LinearLayer> ReadLinearLayer(const SafetensorsFile& file, const std::string& name,
                                            size_t out, size_t in) {
  auto weight = ReadMatrix(file, name + ".weight", out, in);
  if (!weight.ok()) return weight.status();
  auto bias = ReadVector(file, name + ".bias", weight->rows());
  if (!bias.ok()) return bias.status();
  return LinearLayer{*std::move(weight), *std::move(bias)};
}

absl::StatusOr<LstmLayer> ReadLstmLayer(const SafetensorsFile& file, const std::string& name,
                                        int layer, size_t in) {
  auto forward = ReadDirection(file, name, fmt::format("l{}", layer), in);
  if (!forward.ok()) return forward.status();
  auto backward = ReadDirection(file, name, fmt::format("l{}_reverse", layer), in);
  if (!backward.ok()) return backward.status();
  if (forward->recurrent.cols() != backward->recurrent.cols()) {
    return absl::InvalidArgumentError(
        fmt::format("layer {} of {} is {} wide forward and {} backward", layer, name,
                    forward->recurrent.cols(), backward->recurrent.cols()));
  }
  return LstmLayer{*std::move(forward), *std::move(backward)};
}

void Rectify(Matrix& matrix) {
  float* values = matrix.data();
  for (size_t i = 0; i < matrix.rows() * matrix.cols(); ++i) values[i] = std::max(values[i], 0.0f);
}

}  // namespace imago
