#ifndef IMAGO_EMBED_TILE_BERT_H_
#define IMAGO_EMBED_TILE_BERT_H_

// BERT's encoder for CPUs with tiles (TilesInUse): all texts' tokens in one matrix without padding,
// the products in bfloat16, all else in f32.

#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "kernels/matrix.h"
#include "kernels/tile_product.h"
#include "kernels/token_rows.h"

namespace imago {

struct BertMatrix {
  std::vector<float> weight;  // [out, in]
  std::vector<float> bias;    // [out]
};
struct BertNorm {
  std::vector<float> gain;
  std::vector<float> bias;
};
struct BertLayerWeights {
  BertMatrix query;
  BertMatrix key;
  BertMatrix value;
  BertMatrix attention_out;
  BertNorm attention_norm;
  BertMatrix intermediate;
  BertMatrix out;
  BertNorm out_norm;
};
struct BertWeights {
  size_t width = 0;
  size_t heads = 0;
  float epsilon = 1e-12f;
  HalfMatrix words;  // [vocabulary, width]
  Matrix places;     // [positions, width], the segment's vector added
  BertNorm norm;
  std::vector<BertLayerWeights> layers;
};

class TileBert {
 public:
  // Null where a width is no multiple of 32 or a head's no multiple of 16.
  static std::unique_ptr<TileBert> Make(BertWeights weights);
  ~TileBert();

  // Ids of n texts, below the vocabulary's size, `stride` apart, and how many of each are real: at
  // least 1, at most positions(). To the mean over each text's tokens, [n, width].
  void Encode(const int64_t* ids, size_t stride, absl::Span<const int64_t> lengths, size_t threads,
              float* means) const;
  // Ids of one text, from 1 to positions(), to its tokens' rows, [ids, width].
  Matrix Rows(absl::Span<const int64_t> ids) const;
  size_t width() const { return places_.cols(); }
  size_t positions() const { return places_.rows(); }

 private:
  struct Layer;
  class Pass;

  TileBert();

  TokenHeads heads_;
  float epsilon_ = 0;
  HalfMatrix words_;
  Matrix places_;
  BertNorm norm_;
  std::vector<Layer> layers_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TILE_BERT_H_
