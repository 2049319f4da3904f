#include "embed/tile_trunk.h"

#include <algorithm>
#include <cstring>

#include "kernels/map_strip.h"
#include "kernels/parallel.h"

namespace imago {
namespace {

constexpr size_t kStripBytes = size_t{640} << 10;  // of an expanded strip: it shares the L2 cache

// [channels, taps] to [channels / 16, taps, 16].
std::vector<float> ByLanes(const std::vector<float>& weight, size_t channels) {
  const size_t taps = weight.size() / channels;
  std::vector<float> out(weight.size());
  for (size_t c = 0; c < channels; ++c) {
    for (size_t tap = 0; tap < taps; ++tap) {
      out[(c / kStripLanes * taps + tap) * kStripLanes + c % kStripLanes] = weight[c * taps + tap];
    }
  }
  return out;
}

TileWeights ToTiles(const TrunkLayer& layer, size_t out, size_t in) {
  return {layer.weight.data(), layer.bias.data(), out, in};
}

size_t Halved(size_t side, size_t stride) { return (side + stride - 1) / stride; }

// Zeros that TensorFlow's "same" puts before a side.
size_t PadBefore(size_t side, size_t kernel, size_t stride) {
  const size_t reach = (Halved(side, stride) - 1) * stride + kernel;
  return reach > side ? (reach - side) / 2 : 0;
}

// Values of rows that a product reads, which are whole sixteens of rows and of the last one its
// padding.
size_t RowValues(size_t rows, size_t columns) {
  return (rows + 15) / 16 * 16 * columns + kTileColumns;
}

template <typename Vector>
void Grow(Vector& vector, size_t size) {
  if (vector.size() < size) vector.resize(size);
}

// One picture's map between two blocks. Its buffers only grow.
struct TrunkMap {
  void Shape(size_t new_height, size_t new_width, size_t channels, bool shortcut) {
    height = new_height;
    width = new_width;
    columns = channels <= kStripLanes ? kStripLanes : PadColumns(channels);
    Grow(rounded, RowValues(height * width, columns));
    if (shortcut) Grow(wide, height * width * columns);
  }
  TileRows Rows(size_t row, size_t count) const {
    return {rounded.data() + row * width * columns, count * width, columns};
  }

  size_t height = 0;
  size_t width = 0;
  size_t columns = 0;
  PagedVector<uint16_t> rounded;
  PagedVector<float> wide;  // where the next block has a shortcut
};

}  // namespace

struct TileTrunk::Block {
  explicit Block(const TrunkBlock& from)
      : inner(from.inner),
        out(from.out),
        kernel(from.kernel),
        stride(from.stride),
        shortcut(from.shortcut),
        filter(ByLanes(from.filter.weight, from.inner)),
        filter_bias(from.filter.bias),
        project(ToTiles(from.project, from.out, from.inner)) {
    if (!from.expand.weight.empty()) expand = ToTiles(from.expand, inner, from.in);
  }

  size_t inner;
  size_t out;
  size_t kernel;
  size_t stride;
  bool shortcut;
  TileWeights expand;
  std::vector<float> filter;
  std::vector<float> filter_bias;
  TileWeights project;
};

// Buffers that all blocks share, so that they stay in the cache.
struct Workspace {
  PagedVector<float> strip;
  PagedVector<uint16_t> filtered;
};

// The walk of one block down a picture's map.
class TileTrunk::Strips {
 public:
  Strips(const Block& block, size_t height, size_t width, Workspace& work)
      : block_(block),
        height_(height),
        above_(PadBefore(height, block.kernel, block.stride)),
        left_(PadBefore(width, block.kernel, block.stride)),
        width_(width),
        out_height_(Halved(height, block.stride)),
        columns_(PadColumns(block.inner)),
        work_(work) {
    shape_.width = Halved(width, block.stride);
    shape_.channels = block.inner;
    shape_.kernel = block.kernel;
    shape_.stride = block.stride;
    shape_.line = std::max(StripLine(shape_.width, block.kernel, block.stride), left_ + width);
    const size_t row_bytes = shape_.line * block.inner * sizeof(float);
    const size_t fit = std::max(kStripBytes / row_bytes, block.kernel) - block.kernel;
    step_ = std::min(fit / block.stride + 1, out_height_);
    rows_ = (step_ - 1) * block.stride + block.kernel;
    shape_.block = rows_ * shape_.line * kStripLanes;
    Grow(work.strip, shape_.block * (block.inner / kStripLanes));
    Grow(work.filtered, RowValues(step_ * shape_.width, columns_));
    ClearRim();
  }

  // For each strip: `make(first, count, out)` computes `count` rows of the map that is filtered,
  // from `first` on, to the strip at `out`; `finish(rows, first)` gets what was filtered, of the
  // places from `first` on.
  template <typename Make, typename Finish>
  void Walk(const Make& make, const Finish& finish) {
    size_t filled = above_;  // rows of the strip
    for (size_t y = 0; y < out_height_; y += step_) {
      // The strip's first row is the map's number `y stride - above`.
      const size_t begin = y * block_.stride + filled - above_;
      const size_t end = std::min(y * block_.stride + rows_ - above_, height_);
      if (end > begin) {
        make(begin, end - begin, Row(filled) + left_ * kStripLanes);
        filled += end - begin;
      }
      ClearRows(filled, rows_ - filled);
      shape_.rows = std::min(step_, out_height_ - y);
      Avx512FilterStrip(
          work_.strip.data(), shape_,
          {block_.filter.data(), block_.filter_bias.data(), work_.filtered.data(), columns_});
      finish(TileRows{work_.filtered.data(), shape_.rows * shape_.width, columns_},
             y * shape_.width);
      filled = rows_ - step_ * block_.stride;
      if (y + step_ < out_height_) KeepLast(filled);
    }
  }

  // Where a product puts a row of the map.
  TileSums ToStrip(float* out) const {
    TileSums sums;
    sums.activation = TileActivation::kClip6;
    sums.wide = out;
    sums.width = width_;
    sums.line = shape_.line * kStripLanes;
    sums.step = kStripLanes;
    sums.block = shape_.block;
    return sums;
  }
  const StripShape& shape() const { return shape_; }
  size_t out_height() const { return out_height_; }

 private:
  float* Row(size_t row) { return work_.strip.data() + row * shape_.line * kStripLanes; }

  template <typename Visit>
  void EachChannels(const Visit& visit) {
    for (size_t c = 0; c < block_.inner / kStripLanes; ++c) visit(c * shape_.block);
  }
  void ClearRows(size_t row, size_t count) {
    EachChannels(
        [&](size_t at) { std::fill_n(Row(row) + at, count * shape_.line * kStripLanes, 0.0f); });
  }
  void ClearRim() {
    ClearRows(0, above_);
    const size_t right = left_ + width_;
    EachChannels([&](size_t at) {
      for (size_t row = 0; row < rows_; ++row) {
        std::fill_n(Row(row) + at, left_ * kStripLanes, 0.0f);
        std::fill_n(Row(row) + at + right * kStripLanes, (shape_.line - right) * kStripLanes, 0.0f);
      }
    });
  }
  void KeepLast(size_t count) {
    EachChannels([&](size_t at) {
      std::memmove(Row(0) + at, Row(rows_ - count) + at,
                   count * shape_.line * kStripLanes * sizeof(float));
    });
  }

  const Block& block_;
  size_t height_;  // of the map
  size_t above_;   // rows of zeros
  size_t left_;
  size_t width_;
  size_t out_height_;
  size_t columns_;
  Workspace& work_;
  StripShape shape_;
  size_t step_ = 0;  // output rows to a strip
  size_t rows_ = 0;  // of a strip
};

namespace {

// Three planes with a rim of zeros.
class Planes {
 public:
  Planes(size_t height, size_t width)
      : above_(PadBefore(height, 3, 2)),
        left_(PadBefore(width, 3, 2)),
        height_(height),
        width_(width) {
    shape.rows = Halved(height, 2);
    shape.width = Halved(width, 2);
    shape.line = std::max(StripLine(shape.width, 3, 2), left_ + width);
    shape.plane = (2 * shape.rows + 1) * shape.line;
    values_.resize(3 * shape.plane);
  }
  void Fill(const float* pixels) {
    for (size_t c = 0; c < 3; ++c) {
      for (size_t y = 0; y < height_; ++y) {
        std::copy_n(pixels + (c * height_ + y) * width_, width_,
                    values_.data() + c * shape.plane + (y + above_) * shape.line + left_);
      }
    }
  }
  const float* Row(size_t out_row) const { return values_.data() + 2 * out_row * shape.line; }

  PlanesShape shape;

 private:
  size_t above_;
  size_t left_;
  size_t height_;
  size_t width_;
  std::vector<float> values_;
};

}  // namespace

// All maps of some pictures.
class TileTrunk::Pass {
 public:
  Pass(const TileTrunk& trunk, size_t height, size_t width)
      : trunk_(trunk), planes_(height, width) {}

  // The first block, whose map the stem makes a strip at a time.
  void First(const float* pixels, TrunkMap& out) {
    planes_.Fill(pixels);
    Strips strips(trunk_.blocks_.front(), planes_.shape.rows, planes_.shape.width, work_);
    const auto make = [&](size_t first, size_t count, float* to) {
      PlanesShape some = planes_.shape;
      some.rows = count;
      Avx512ColourStrip(
          planes_.Row(first), some,
          {trunk_.stem_weight_.data(), trunk_.stem_bias_.data(), trunk_.stem_channels_}, to,
          strips.shape().line, strips.shape().block);
    };
    Finish(0, strips, make, nullptr, out);
  }

  // Block b of the others.
  void Next(size_t b, const TrunkMap& map, TrunkMap& out) {
    const Block& block = trunk_.blocks_[b];
    Strips strips(block, map.height, map.width, work_);
    const auto make = [&](size_t first, size_t count, float* to) {
      TileProduct(map.Rows(first, count), block.expand.panels(), strips.ToStrip(to));
    };
    Finish(b, strips, make, map.wide.data(), out);
  }

 private:
  template <typename Make>
  void Finish(size_t b, Strips& strips, const Make& make, const float* shortcut, TrunkMap& out) {
    const Block& block = trunk_.blocks_[b];
    const Block* next = b + 1 < trunk_.blocks_.size() ? &trunk_.blocks_[b + 1] : nullptr;
    const bool wide = next == nullptr || next->shortcut;
    out.Shape(strips.out_height(), strips.shape().width, block.out, wide);
    strips.Walk(make, [&](const TileRows& rows, size_t place) {
      const size_t at = place * out.columns;
      TileSums sums = PlainSums(nullptr, out.columns);
      if (block.shortcut) sums.shortcut = shortcut + at;
      if (wide) sums.wide = out.wide.data() + at;
      if (next != nullptr) sums.rounded = out.rounded.data() + at;
      sums.stride = out.columns;
      TileProduct(rows, block.project.panels(), sums);
    });
  }

  const TileTrunk& trunk_;
  Planes planes_;
  Workspace work_;
};

std::unique_ptr<TileTrunk> TileTrunk::Make(const TrunkWeights& weights) {
  const auto whole = [](size_t channels) { return channels > 0 && channels % kStripLanes == 0; };
  if (weights.blocks.size() < 2 || !whole(weights.stem_channels) || !whole(weights.features) ||
      !whole(weights.blocks.back().out) || !weights.blocks.front().expand.weight.empty()) {
    return nullptr;
  }
  for (const TrunkBlock& block : weights.blocks) {
    const bool first = &block == &weights.blocks.front();
    const bool known = whole(block.inner) && (block.kernel == 3 || block.kernel == 5) &&
                       (block.stride == 1 || block.stride == 2) && !(first && block.shortcut) &&
                       first == block.expand.weight.empty();
    if (!known) return nullptr;
  }
  std::unique_ptr<TileTrunk> trunk(new TileTrunk);
  trunk->stem_channels_ = weights.stem_channels;
  trunk->stem_weight_ = ByLanes(weights.stem.weight, weights.stem_channels);
  trunk->stem_bias_ = weights.stem.bias;
  for (const TrunkBlock& block : weights.blocks) trunk->blocks_.emplace_back(block);
  trunk->head_ = ToTiles(weights.head, weights.features, weights.blocks.back().out);
  return trunk;
}

TileTrunk::TileTrunk() = default;
TileTrunk::~TileTrunk() = default;

size_t TileTrunk::channels() const { return blocks_.back().out; }

size_t TileTrunk::MapSide(size_t side) const {
  side = Halved(side, 2);
  for (const Block& block : blocks_) side = Halved(side, block.stride);
  return side;
}

void TileTrunk::Map(const float* pixels, size_t n, size_t height, size_t width, size_t threads,
                    float* maps) const {
  const size_t parts = std::min(std::max<size_t>(threads, 1), n);
  const size_t places = MapSide(height) * MapSide(width) * channels();
  RunParts(parts, [&](size_t part) {
    const size_t begin = part * n / parts;
    const size_t end = (part + 1) * n / parts;
    MapSome(pixels + begin * 3 * height * width, end - begin, height, width, maps + begin * places);
  });
}

// The first blocks, whose maps have more places than channels: at least one, and not the last.
size_t TileTrunk::LargeBlocks(size_t height, size_t width) const {
  size_t large = 1;
  height = Halved(height, 2 * blocks_.front().stride);
  width = Halved(width, 2 * blocks_.front().stride);
  while (large + 1 < blocks_.size() && height * width > blocks_[large].inner) {
    height = Halved(height, blocks_[large].stride);
    width = Halved(width, blocks_[large++].stride);
  }
  return large;
}

// Blocks with large maps have few weights and run picture by picture, the others the other way
// round.
void TileTrunk::MapSome(const float* pixels, size_t n, size_t height, size_t width,
                        float* maps) const {
  Pass pass(*this, height, width);
  const size_t large = LargeBlocks(height, width);
  std::vector<TrunkMap> between(n);
  TrunkMap map;
  TrunkMap spare;
  for (size_t i = 0; i < n; ++i) {
    pass.First(pixels + i * 3 * height * width, map);
    for (size_t b = 1; b < large; ++b) {
      pass.Next(b, map, spare);
      std::swap(map, spare);
    }
    // The buffers of large maps stay here.
    pass.Next(large, map, between[i]);
  }
  for (size_t b = large + 1; b < blocks_.size(); ++b) {
    for (TrunkMap& one : between) {
      pass.Next(b, one, spare);
      std::swap(one, spare);
    }
  }
  for (const TrunkMap& one : between) {
    for (size_t i = 0; i < one.height * one.width; ++i, maps += channels()) {
      std::copy_n(one.wide.data() + i * one.columns, channels(), maps);
    }
  }
}

void TileTrunk::Features(const float* places, size_t n, float* features) const {
  const size_t columns = PadColumns(channels());
  PagedVector<uint16_t> rows(RowValues(n, columns));
  for (size_t i = 0; i < n; ++i) {
    for (size_t c = 0; c < channels(); ++c) {
      rows[i * columns + c] = ToBfloat16(places[i * channels() + c]);
    }
  }
  TileSums sums = PlainSums(features, this->features());
  sums.activation = TileActivation::kClip6;
  TileProduct({rows.data(), n, columns}, head_.panels(), sums);
}

}  // namespace imago
