#include "embed/tile_bert.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/kernels.h"
#include "kernels/parallel.h"

namespace imago {
namespace {

constexpr size_t kPassTokens = 1024;  // texts that run together: their rows stay in the cache

TileWeights ToTiles(const BertMatrix& matrix) {
  const size_t out = matrix.bias.size();
  return {matrix.weight.data(), matrix.bias.data(), out, matrix.weight.size() / out};
}

void Append(const BertMatrix& part, float scale, BertMatrix& to) {
  for (const float value : part.weight) to.weight.push_back(scale * value);
  for (const float value : part.bias) to.bias.push_back(scale * value);
}

// Queries, divided by the root of a head's width, keys and values in one.
TileWeights AllThree(const BertLayerWeights& layer, size_t head_width) {
  BertMatrix all;
  Append(layer.query, 1 / std::sqrt(static_cast<float>(head_width)), all);
  Append(layer.key, 1, all);
  Append(layer.value, 1, all);
  return ToTiles(all);
}

}  // namespace

struct TileBert::Layer {
  Layer(const BertLayerWeights& from, size_t head_width)
      : all_three(AllThree(from, head_width)),
        attention_out(ToTiles(from.attention_out)),
        intermediate(ToTiles(from.intermediate)),
        out(ToTiles(from.out)),
        attention_norm(from.attention_norm),
        out_norm(from.out_norm) {}

  TileWeights all_three;
  TileWeights attention_out;
  TileWeights intermediate;
  TileWeights out;
  BertNorm attention_norm;
  BertNorm out_norm;
};

// The tokens of some texts on their way through the layers.
class TileBert::Pass {
 public:
  Pass(const TileBert& bert, size_t room)
      : bert_(bert), width_(bert.width()), wide_(room * width_) {
    const size_t rows = (room + 15) / 16 * 16;
    size_t inner = width_;
    for (const Layer& layer : bert.layers_) inner = std::max(inner, layer.intermediate.out());
    sums_.resize(room * width_);
    all_three_.resize(room * 3 * width_);
    rounded_.resize(rows * width_);
    inner_.resize(rows * PadColumns(inner));
    attention_.resize(AttentionRoom(bert.heads_, bert.places_.rows()));
  }

  // The tokens' rows, one text after the other.
  const float* Run(const int64_t* ids, size_t stride, absl::Span<const int64_t> lengths) {
    lengths_ = lengths;
    Embed(ids, stride);
    for (const Layer& layer : bert_.layers_) Forward(layer);
    return wide_.data();
  }

  void Means(const int64_t* ids, size_t stride, absl::Span<const int64_t> lengths, float* means) {
    const float* row = Run(ids, stride, lengths);
    for (size_t i = 0; i < lengths.size(); ++i) {
      float* mean = means + i * width_;
      std::fill_n(mean, width_, 0.0f);
      for (int64_t t = 0; t < lengths[i]; ++t, row += width_) {
        ActiveKernels().add_scaled(row, 1 / static_cast<float>(lengths[i]), mean, width_);
      }
    }
  }

 private:
  void Embed(const int64_t* ids, size_t stride) {
    count_ = 0;
    for (size_t i = 0; i < lengths_.size(); ++i) {
      for (int64_t t = 0; t < lengths_[i]; ++t, ++count_) {
        float* row = wide_.data() + count_ * width_;
        ActiveKernels().to_f32(bert_.words_.row(ids[i * stride + t]), row, width_);
        ActiveKernels().add_scaled(bert_.places_.row(t), 1, row, width_);
      }
    }
    Normalize(bert_.norm_);
  }
  void Normalize(const BertNorm& norm) {
    Avx512NormalizeTokens({norm.gain.data(), norm.bias.data(), bert_.epsilon_, width_}, count_,
                          wide_.data(), rounded_.data());
  }
  TileRows Rows(const PagedVector<uint16_t>& values, size_t columns) const {
    return {values.data(), count_, columns};
  }
  // Added to the rows as they are.
  void AddProduct(const TileRows& rows, const TileWeights& weights, const BertNorm& norm) {
    TileSums sums = PlainSums(sums_.data(), width_);
    sums.shortcut = wide_.data();
    TileProduct(rows, weights.panels(), sums);
    std::swap(sums_, wide_);
    Normalize(norm);
  }
  void Attend() {
    size_t first = 0;
    for (const int64_t length : lengths_) {
      Avx512Attend(bert_.heads_, all_three_.data() + first * 3 * width_, length, attention_.data(),
                   inner_.data() + first * width_);
      first += length;
    }
  }
  void Forward(const Layer& layer) {
    TileProduct(Rows(rounded_, width_), layer.all_three.panels(),
                PlainSums(all_three_.data(), 3 * width_));
    Attend();
    AddProduct(Rows(inner_, width_), layer.attention_out, layer.attention_norm);
    const size_t inner = PadColumns(layer.intermediate.out());
    TileSums sums;
    sums.activation = TileActivation::kGelu;
    sums.rounded = inner_.data();
    sums.stride = inner;
    TileProduct(Rows(rounded_, width_), layer.intermediate.panels(), sums);
    AddProduct(Rows(inner_, inner), layer.out, layer.out_norm);
  }

  const TileBert& bert_;
  size_t width_;
  size_t count_ = 0;
  absl::Span<const int64_t> lengths_;
  PagedVector<float> wide_;
  PagedVector<float> sums_;
  PagedVector<float> all_three_;
  PagedVector<uint16_t> rounded_;  // wide_, rounded
  PagedVector<uint16_t> inner_;    // what attention makes; later, what is between the last products
  PagedVector<float> attention_;
};

std::unique_ptr<TileBert> TileBert::Make(BertWeights weights) {
  const size_t head_width = weights.heads == 0 ? 0 : weights.width / weights.heads;
  if (weights.width % kTileColumns != 0 || head_width % 16 != 0 ||
      head_width * weights.heads != weights.width || weights.width == 0) {
    return nullptr;
  }
  std::unique_ptr<TileBert> bert(new TileBert);
  bert->heads_ = {weights.heads, head_width};
  bert->epsilon_ = weights.epsilon;
  bert->words_ = std::move(weights.words);
  bert->places_ = std::move(weights.places);
  bert->norm_ = std::move(weights.norm);
  for (const BertLayerWeights& layer : weights.layers) {
    bert->layers_.emplace_back(layer, head_width);
  }
  return bert;
}

TileBert::TileBert() = default;
TileBert::~TileBert() = default;

void TileBert::Encode(const int64_t* ids, size_t stride, absl::Span<const int64_t> lengths,
                      size_t threads, float* means) const {
  const size_t parts = std::min(std::max<size_t>(threads, 1), lengths.size());
  RunParts(parts, [&](size_t part) {
    const size_t end = (part + 1) * lengths.size() / parts;
    size_t begin = part * lengths.size() / parts;
    std::unique_ptr<Pass> pass;
    while (begin < end) {
      size_t count = 0;
      size_t tokens = 0;
      while (begin + count < end &&
             (count == 0 || tokens + lengths[begin + count] <= kPassTokens)) {
        tokens += lengths[begin + count++];
      }
      pass = std::make_unique<Pass>(*this, tokens);
      pass->Means(ids + begin * stride, stride, lengths.subspan(begin, count),
                  means + begin * width());
      begin += count;
    }
  });
}

Matrix TileBert::Rows(absl::Span<const int64_t> ids) const {
  const auto length = static_cast<int64_t>(ids.size());
  Pass pass(*this, ids.size());
  const float* rows = pass.Run(ids.data(), ids.size(), {&length, 1});
  return Matrix({rows, rows + ids.size() * width()}, ids.size(), width());
}

}  // namespace imago
