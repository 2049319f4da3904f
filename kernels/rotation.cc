#include "kernels/rotation.h"

#include <random>

namespace imago {
namespace {

constexpr size_t kPoints = 16;

template <typename T>
void SumAndDifference(T* __restrict a, T* __restrict b, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const T sum = a[i] + b[i];
    b[i] = a[i] - b[i];
    a[i] = sum;
  }
}

// The transform of each column of [kPoints, columns].
template <typename T>
void Hadamard(T* values, size_t columns) {
  for (size_t half = kPoints / 2; half > 0; half /= 2) {
    for (size_t point = 0; point < kPoints; ++point) {
      if ((point & half) != 0) continue;
      SumAndDifference(values + point * columns, values + (point + half) * columns, columns);
    }
  }
}

// Both `signs`, `values` and `scratch` have as many values.
template <typename T>
void Rotate(const std::vector<float>* signs, T* __restrict values, T* __restrict scratch) {
  const size_t size = signs[0].size(), columns = size / kPoints;
  for (size_t i = 0; i < size; ++i) scratch[i] = values[i] * signs[0][i];
  Hadamard(scratch, columns);
  // Transposed, so that the next transform meets values of other columns.
  for (size_t column = 0; column < columns; ++column) {
    for (size_t point = 0; point < kPoints; ++point) {
      const size_t to = column * kPoints + point;
      values[to] = scratch[point * columns + column] * signs[1][to];
    }
  }
  Hadamard(values, columns);
}

}  // namespace

Rotation::Rotation(size_t size) {
  constexpr float kScale = 0.25f;  // of a transform of 16 points
  std::mt19937 random(1);
  for (std::vector<float>& signs : signs_) {
    signs.resize(size);
    for (float& sign : signs) sign = random() % 2 == 0 ? kScale : -kScale;
  }
}

void Rotation::Apply(float* values, float* scratch) const { Rotate(signs_, values, scratch); }

void Rotation::Apply(double* values, double* scratch) const { Rotate(signs_, values, scratch); }

}  // namespace imago
