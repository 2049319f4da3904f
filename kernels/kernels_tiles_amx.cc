// g++ 12 takes the undefined source operand inside its own intrinsics for a mistake of ours.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <immintrin.h>

#include "kernels/kernels_avx512_math.h"
#include "kernels/tile_product.h"

namespace imago {
namespace {

constexpr size_t kSide = 16;              // rows of a tile, and f32 columns
constexpr size_t kPairs = 2 * kSide;      // bfloat16 columns
constexpr size_t kTile = kSide * kPairs;  // values of a tile of bfloat16
constexpr size_t kBlock = 2 * kSide;      // rows and columns that are computed at once

struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// By hand: g++ 12's _tile_loadconfig says that it reads 8 of the 64 bytes.
void Configure() {
  static const TileConfig config;
  asm volatile("ldtilecfg %0" ::"m"(config));
}

// One step of 32 inputs: tiles 0 to 3 (rows by columns) gain tiles 4 and 5 (rows) times 6 and 7.
template <bool kWide, bool kTall>
void Multiply() {
  _tile_dpbf16ps(0, 4, 6);
  if (kWide) _tile_dpbf16ps(1, 4, 7);
  if (kTall) _tile_dpbf16ps(2, 5, 6);
  if (kWide && kTall) _tile_dpbf16ps(3, 5, 7);
}

template <bool kTall>
void LoadRows(const uint16_t* rows, size_t stride) {
  _tile_loadd(4, rows, stride * sizeof(uint16_t));
  if (kTall) _tile_loadd(5, rows + kSide * stride, stride * sizeof(uint16_t));
}

template <bool kWide>
void LoadColumns(const uint16_t* panel) {
  _tile_loadd(6, panel, kPairs * sizeof(uint16_t));
  if (kWide) _tile_loadd(7, panel + kTile, kPairs * sizeof(uint16_t));
}

// The operands of a block.
struct Operands {
  const uint16_t* rows;
  size_t stride;
  const uint16_t* panel;
  size_t steps;
};

template <bool kWide, bool kTall>
void SumBlock(const Operands& from, float* sums) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (size_t step = 0; step < from.steps; ++step) {
    LoadRows<kTall>(from.rows + step * kPairs, from.stride);
    LoadColumns<kWide>(from.panel + step * 2 * kTile);
    Multiply<kWide, kTall>();
  }
  constexpr size_t kBytes = kBlock * sizeof(float);
  _tile_stored(0, sums, kBytes);
  if (kWide) _tile_stored(1, sums + kSide, kBytes);
  if (kTall) _tile_stored(2, sums + kSide * kBlock, kBytes);
  if (kWide && kTall) _tile_stored(3, sums + kSide * kBlock + kSide, kBytes);
  asm volatile("" ::: "memory");
}

// x Phi(x), with erf as in Abramowitz and Stegun, 7.1.26 (error below 1.5e-7).
__m512 Gelu(__m512 x) {
  const __m512 z = _mm512_mul_ps(_mm512_abs_ps(x), _mm512_set1_ps(0.70710678f));
  const __m512 one = _mm512_set1_ps(1.0f);
  const __m512 t = _mm512_div_ps(one, _mm512_fmadd_ps(z, _mm512_set1_ps(0.3275911f), one));
  __m512 p = _mm512_set1_ps(1.061405429f);
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(-1.453152027f));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(1.421413741f));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(-0.284496736f));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(0.254829592f));
  const __m512 square = _mm512_min_ps(_mm512_mul_ps(z, z), _mm512_set1_ps(87.0f));
  const __m512 tail = _mm512_mul_ps(_mm512_mul_ps(p, t),
                                    Exp(_mm512_sub_ps(_mm512_setzero_ps(), square)));  // erfc(z)
  // Phi is tail / 2 left of zero and 1 - tail / 2 right of it.
  const __m512 half = _mm512_mul_ps(tail, _mm512_set1_ps(0.5f));
  const __mmask16 right = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GE_OQ);
  return _mm512_mul_ps(x, _mm512_mask_sub_ps(half, right, one, half));
}

template <TileActivation kActivation>
__m512 Activate(__m512 x) {
  if (kActivation == TileActivation::kClip6) return Clip6(x);
  return kActivation == TileActivation::kGelu ? Gelu(x) : x;
}

// Sixteen columns of a block's rows.
template <TileActivation kActivation>
void FinishColumns(const float* block, size_t row, size_t rows, size_t column, __m512 bias,
                   const TileSums& sums) {
  size_t line = row / sums.width;
  size_t place = row % sums.width;
  for (size_t r = 0; r < rows; ++r) {
    const size_t at = line * sums.line + place * sums.step + column / kSide * sums.block;
    __m512 value = _mm512_add_ps(_mm512_load_ps(block + r * kBlock), bias);
    if (sums.shortcut != nullptr) value = _mm512_add_ps(value, _mm512_loadu_ps(sums.shortcut + at));
    value = Activate<kActivation>(value);
    if (sums.wide != nullptr) _mm512_storeu_ps(sums.wide + at, value);
    if (sums.rounded != nullptr) {
      PutRounded(value, sums.rounded + (row + r) * sums.stride + column);
    }
    if (++place == sums.width) {
      place = 0;
      ++line;
    }
  }
}

template <TileActivation kActivation>
class Product {
 public:
  Product(const TileRows& rows, const TilePanels& weights, const TileSums& sums)
      : rows_(rows), weights_(weights), sums_(sums) {}

  // The larger of the two operands is read only once.
  void Run() {
    const size_t columns = weights_.out;
    if (columns * weights_.in < rows_.count * rows_.stride) {
      for (size_t r = 0; r < rows_.count; r += kBlock) {
        for (size_t c = 0; c < columns; c += kBlock) Block(r, c);
      }
    } else {
      for (size_t c = 0; c < columns; c += kBlock) {
        for (size_t r = 0; r < rows_.count; r += kBlock) Block(r, c);
      }
    }
    Finish();
  }

 private:
  // Tiles and vectors work at the same time: the block before is finished while this one's sums are
  // on their way.
  void Block(size_t row, size_t column) {
    float* const block = blocks_[turn_ ^= 1];
    Sum(row, column, block);
    Finish();
    waiting_ = block;
    row_ = row;
    column_ = column;
  }

  void Sum(size_t row, size_t column, float* block) {
    const bool wide = column + kSide < weights_.out;
    const bool tall = row + kSide < rows_.count;
    const Operands from = {rows_.values + row * rows_.stride, rows_.stride,
                           weights_.values + column * weights_.in, weights_.in / kPairs};
    if (wide && tall) return SumBlock<true, true>(from, block);
    if (wide) return SumBlock<true, false>(from, block);
    if (tall) return SumBlock<false, true>(from, block);
    SumBlock<false, false>(from, block);
  }

  void Finish() {
    if (waiting_ == nullptr) return;
    const size_t left = rows_.count - row_;
    const size_t count = left < kBlock ? left : kBlock;
    for (size_t half = 0; half < kBlock && column_ + half < weights_.out; half += kSide) {
      FinishColumns<kActivation>(waiting_ + half, row_, count, column_ + half,
                                 _mm512_loadu_ps(weights_.bias + column_ + half), sums_);
    }
    waiting_ = nullptr;
  }

  const TileRows& rows_;
  const TilePanels& weights_;
  const TileSums& sums_;
  alignas(64) float blocks_[2][kBlock * kBlock];
  size_t turn_ = 0;
  const float* waiting_ = nullptr;  // the block to finish, which begins at row_ and column_
  size_t row_ = 0;
  size_t column_ = 0;
};

void Run(const TileRows& rows, const TilePanels& weights, const TileSums& sums) {
  switch (sums.activation) {
    case TileActivation::kNone:
      return Product<TileActivation::kNone>(rows, weights, sums).Run();
    case TileActivation::kClip6:
      return Product<TileActivation::kClip6>(rows, weights, sums).Run();
    case TileActivation::kGelu:
      return Product<TileActivation::kGelu>(rows, weights, sums).Run();
  }
}

}  // namespace

void TileProduct(const TileRows& rows, const TilePanels& weights, const TileSums& sums) {
  Configure();
  Run(rows, weights, sums);
  _tile_release();
}

}  // namespace imago
