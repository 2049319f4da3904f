#ifndef IMAGO_EMBED_TILE_TRUNK_H_
#define IMAGO_EMBED_TILE_TRUNK_H_

// A network of inverted residuals (EfficientNet-Lite) for CPUs with tiles (TilesInUse), computed a
// strip of rows at a time: what a block expands a map to, six times as wide, never leaves the
// cache. What goes into a matrix product is rounded to bfloat16, all else is f32.

#include <memory>
#include <vector>

#include "kernels/tile_product.h"

namespace imago {

// Weights as in a convolution, [out, in / groups, kernel, kernel], and a bias [out].
struct TrunkLayer {
  std::vector<float> weight;
  std::vector<float> bias;
};
struct TrunkBlock {
  size_t in = 0;
  size_t inner = 0;  // of expand and filter; a multiple of 16
  size_t out = 0;
  size_t kernel = 3;      // 3 or 5
  size_t stride = 1;      // 1 or 2
  bool shortcut = false;  // the input is added; needs stride 1 and in == out
  TrunkLayer expand;      // without weights: none, and inner is in
  TrunkLayer filter;      // of each channel
  TrunkLayer project;
};
struct TrunkWeights {
  size_t stem_channels = 32;
  TrunkLayer stem;  // 3 x 3, stride 2, from three colours
  std::vector<TrunkBlock> blocks;
  size_t features = 1280;
  TrunkLayer head;  // 1 x 1
};

class TileTrunk {
 public:
  // Null where a shape is none of the above. The first block must not expand, the last one's `out`
  // and `features` must be multiples of 16.
  static std::unique_ptr<TileTrunk> Make(const TrunkWeights& weights);
  ~TileTrunk();

  size_t channels() const;  // of a map
  size_t features() const { return head_.out(); }
  // Of a picture's side or a map's: halved as often as the network does, rounded up.
  size_t MapSide(size_t side) const;
  // Pixels [n, 3, height, width] to maps [n, MapSide(height), MapSide(width), channels()].
  void Map(const float* pixels, size_t n, size_t height, size_t width, size_t threads,
           float* maps) const;
  // Maps' places [n, channels()] to what the last layer makes of them, [n, features()].
  void Features(const float* places, size_t n, float* features) const;

 private:
  struct Block;
  class Strips;
  class Pass;

  TileTrunk();
  void MapSome(const float* pixels, size_t n, size_t height, size_t width, float* maps) const;
  size_t LargeBlocks(size_t height, size_t width) const;

  size_t stem_channels_ = 0;
  std::vector<float> stem_weight_;
  std::vector<float> stem_bias_;
  std::vector<Block> blocks_;
  TileWeights head_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TILE_TRUNK_H_
