#include "kernels/tile_product.h"

#include <cpuid.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "kernels/kernels.h"
#include "kernels/tables.h"

namespace imago {
namespace {

constexpr size_t kLanes = 16;

bool CpuHasTiles() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
  constexpr unsigned kAmxBfloat16 = 1u << 22, kAmxTile = 1u << 24;
  if ((edx & kAmxBfloat16) == 0 || (edx & kAmxTile) == 0) return false;
  return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && MayUseTiles();
}

float Activate(TileActivation activation, float x) {
  switch (activation) {
    case TileActivation::kClip6:
      return std::min(std::max(x, 0.0f), 6.0f);
    case TileActivation::kGelu:
      return static_cast<float>(0.5 * x * (1 + std::erf(x / std::sqrt(2.0))));
    default:
      return x;
  }
}

// Of row and column in a TileWeights' order.
size_t PackedIndex(size_t out, size_t in, size_t padded_in) {
  const size_t panel = out / kTileColumns * kTileColumns * padded_in;
  const size_t chunk = in / kTileColumns * kTileColumns * kTileColumns;
  const size_t tile = out % kTileColumns / kLanes * kLanes * kTileColumns;
  return panel + chunk + tile + in % kTileColumns / 2 * kTileColumns + out % kLanes * 2 + in % 2;
}

void Put(const TileSums& sums, size_t row, size_t column, float sum) {
  const size_t at = row / sums.width * sums.line + row % sums.width * sums.step +
                    column / kLanes * sums.block + column % kLanes;
  if (sums.shortcut != nullptr) sum += sums.shortcut[at];
  const float value = Activate(sums.activation, sum);
  if (sums.wide != nullptr) sums.wide[at] = value;
  if (sums.rounded != nullptr) sums.rounded[row * sums.stride + column] = ToBfloat16(value);
}

}  // namespace

uint16_t ToBfloat16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value)) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float FromBfloat16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

bool TilesInUse() {
  static const bool has = CpuHasTiles();
  return has && &ActiveKernels() == AvailableKernels().back();
}

size_t PadColumns(size_t columns) {
  return (columns + kTileColumns - 1) / kTileColumns * kTileColumns;
}

TileWeights::TileWeights(const float* weight, const float* bias, size_t out, size_t in)
    : values_(PadColumns(out) * PadColumns(in)),
      bias_(PadColumns(out)),
      panels_{values_.data(), bias_.data(), out, PadColumns(in)} {
  std::copy_n(bias, out, bias_.begin());
  for (size_t o = 0; o < out; ++o) {
    for (size_t i = 0; i < in; ++i) {
      values_[PackedIndex(o, i, panels_.in)] = ToBfloat16(weight[o * in + i]);
    }
  }
}

TileSums PlainSums(float* wide, size_t stride) {
  TileSums sums;
  sums.wide = wide;
  sums.line = stride;
  return sums;
}

void ScalarTileProduct(const TileRows& rows, const TilePanels& weights, const TileSums& sums) {
  const size_t columns = (weights.out + kLanes - 1) / kLanes * kLanes;
  for (size_t r = 0; r < rows.count; ++r) {
    const uint16_t* row = rows.values + r * rows.stride;
    for (size_t c = 0; c < columns; ++c) {
      double sum = weights.bias[c];
      for (size_t i = 0; i < weights.in; ++i) {
        sum += double{FromBfloat16(row[i])} *
               FromBfloat16(weights.values[PackedIndex(c, i, weights.in)]);
      }
      Put(sums, r, c, static_cast<float>(sum));
    }
  }
}

}  // namespace imago
