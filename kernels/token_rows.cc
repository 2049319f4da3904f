#include "kernels/token_rows.h"

#include <algorithm>
#include <cmath>

#include "kernels/tile_product.h"

namespace imago {
namespace {

constexpr size_t kLanes = 16;

// Softmax of the products of a query with all keys, to `weights`.
void Weigh(const float* query, const float* keys, size_t stride, size_t width, size_t tokens,
           float* weights) {
  double most = -INFINITY;
  for (size_t j = 0; j < tokens; ++j) {
    double sum = 0;
    for (size_t d = 0; d < width; ++d) sum += double{query[d]} * keys[j * stride + d];
    weights[j] = static_cast<float>(sum);
    most = std::max(most, sum);
  }
  double total = 0;
  for (size_t j = 0; j < tokens; ++j) total += std::exp(weights[j] - most);
  for (size_t j = 0; j < tokens; ++j) {
    weights[j] = static_cast<float>(std::exp(weights[j] - most) / total);
  }
}

}  // namespace

void ScalarNormalizeTokens(const RowNorm& norm, size_t count, float* rows, uint16_t* rounded) {
  for (size_t r = 0; r < count; ++r) {
    float* row = rows + r * norm.columns;
    double mean = 0;
    for (size_t c = 0; c < norm.columns; ++c) mean += row[c] / double(norm.columns);
    double variance = 0;
    for (size_t c = 0; c < norm.columns; ++c) {
      variance += (row[c] - mean) * (row[c] - mean) / double(norm.columns);
    }
    const double scale = 1 / std::sqrt(variance + norm.epsilon);
    for (size_t c = 0; c < norm.columns; ++c) {
      row[c] = static_cast<float>((row[c] - mean) * scale * norm.gain[c] + norm.bias[c]);
      rounded[r * norm.columns + c] = ToBfloat16(row[c]);
    }
  }
}

// The keys of a head, turned and padded, and one query's weights.
size_t AttentionRoom(const TokenHeads& heads, size_t tokens) {
  return (heads.width + 1) * ((tokens + kLanes - 1) / kLanes * kLanes);
}

void ScalarAttend(const TokenHeads& heads, const float* rows, size_t tokens, float* room,
                  uint16_t* out) {
  const size_t columns = heads.heads * heads.width;
  const size_t stride = 3 * columns;
  for (size_t h = 0; h < heads.heads; ++h) {
    const float* query = rows + h * heads.width;
    for (size_t i = 0; i < tokens; ++i) {
      Weigh(query + i * stride, query + columns, stride, heads.width, tokens, room);
      for (size_t d = 0; d < heads.width; ++d) {
        double sum = 0;
        for (size_t j = 0; j < tokens; ++j) {
          sum += double{room[j]} * query[j * stride + 2 * columns + d];
        }
        out[i * columns + h * heads.width + d] = ToBfloat16(static_cast<float>(sum));
      }
    }
  }
}

}  // namespace imago
