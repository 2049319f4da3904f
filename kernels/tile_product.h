#ifndef IMAGO_KERNELS_TILE_PRODUCT_H_
#define IMAGO_KERNELS_TILE_PRODUCT_H_

// Products of bfloat16 matrices in AMX's tiles, with what a network does to the sums (a bias, a
// shortcut, an activation) done before they leave the cache.

#include <cstddef>
#include <cstdint>

#include "kernels/huge_pages.h"

namespace imago {

// Round to nearest even; NaN stays NaN.
uint16_t ToBfloat16(float value);
float FromBfloat16(uint16_t bits);

// Whether this CPU has tiles of bfloat16 and AVX512-BF16, the system lets the process use them, and
// neither IMAGO_KERNELS nor SetKernels asks for less than the best table.
bool TilesInUse();

inline constexpr size_t kTileColumns = 32;
// The columns that a row of `columns` values takes: a multiple of kTileColumns.
size_t PadColumns(size_t columns);

// Rows of bfloat16 values, `stride` apart. A product reads each row up to the padded number of
// columns, where anything finite may stand, also of the next row, and whole sixteens of rows.
struct TileRows {
  const uint16_t* values = nullptr;
  size_t count = 0;
  size_t stride = 0;
};

// A layer's matrix in the order that tiles want: for each 32 outputs a panel, and in it for each 32
// inputs two tiles of 16 x 16 pairs.
struct TilePanels {
  const uint16_t* values = nullptr;
  const float* bias = nullptr;  // padded with zeros
  size_t out = 0;
  size_t in = 0;  // padded
};
class TileWeights {
 public:
  TileWeights() = default;
  TileWeights(TileWeights&&) = default;
  TileWeights& operator=(TileWeights&&) = default;
  // weight [out, in]; bias [out].
  TileWeights(const float* weight, const float* bias, size_t out, size_t in);

  size_t out() const { return panels_.out; }
  const TilePanels& panels() const { return panels_; }

 private:
  PagedVector<uint16_t> values_;
  PagedVector<float> bias_;
  TilePanels panels_;
};

enum class TileActivation { kNone, kClip6, kGelu };  // min(max(x, 0), 6); x Phi(x), exact

// Where sums go, as f32, as bfloat16 rows or as both. Row r and column c of the f32 lie at
// (r / width) line + (r % width) step + (c / 16) block + c % 16, so that they can become a map with
// a rim, 16 channels by 16. Written are 16 columns at once.
struct TileSums {
  TileActivation activation = TileActivation::kNone;
  const float* shortcut = nullptr;  // added before the activation; laid out as `wide`
  float* wide = nullptr;
  size_t width = 1;
  size_t line = 0;
  size_t step = 0;
  size_t block = 16;
  uint16_t* rounded = nullptr;
  size_t stride = 0;  // of `rounded`
};
// The layout of plain rows.
TileSums PlainSums(float* wide, size_t stride);

// The plain loop, which is the truth.
void ScalarTileProduct(const TileRows& rows, const TilePanels& weights, const TileSums& sums);
// The same but for the order of summation; only where TilesInUse().
void TileProduct(const TileRows& rows, const TilePanels& weights, const TileSums& sums);

}  // namespace imago

#endif  // IMAGO_KERNELS_TILE_PRODUCT_H_
