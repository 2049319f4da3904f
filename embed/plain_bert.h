#ifndef IMAGO_EMBED_PLAIN_BERT_H_
#define IMAGO_EMBED_PLAIN_BERT_H_

// BERT's encoder (embed/torch/bert.h) without LibTorch, for a few layers and one text at a time; by
// TileBert where the CPU has tiles.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "embed/net_layers.h"
#include "embed/safetensors.h"
#include "embed/tile_bert.h"
#include "kernels/matrix.h"

namespace imago {

class PlainBert {
 public:
  // Tensors as Bert's, each name after `prefix`; as many layers as there are, heads 32 wide, and
  // kRunPieces positions. Errors as in net_layers.h.
  static absl::StatusOr<PlainBert> Read(const SafetensorsFile& file, const std::string& prefix,
                                        size_t pieces);

  size_t width() const { return words_.cols(); }
  // Ids below the number of pieces, from 1 to kRunPieces of them, to the last layer's rows,
  // [ids, width].
  Matrix Rows(absl::Span<const int32_t> ids) const;

 private:
  struct Layer {
    LinearLayer query;
    LinearLayer key;
    LinearLayer value;
    LinearLayer attention_out;
    BertNorm attention_norm;
    LinearLayer intermediate;
    LinearLayer out;
    BertNorm out_norm;
  };
  class Reader;

  PlainBert() = default;
  void UseTiles();
  static Matrix Attend(const Layer& layer, const Matrix& rows);
  static void Normalize(const BertNorm& norm, Matrix& rows);

  Matrix words_;
  Matrix places_;  // [kRunPieces, width], the segment's vector added
  BertNorm norm_;
  std::vector<Layer> layers_;        // none with tiles_
  std::unique_ptr<TileBert> tiles_;  // null on other CPUs
};

}  // namespace imago

#endif  // IMAGO_EMBED_PLAIN_BERT_H_
