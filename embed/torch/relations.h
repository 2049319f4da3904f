#ifndef IMAGO_EMBED_TORCH_RELATIONS_H_
#define IMAGO_EMBED_TORCH_RELATIONS_H_

// What a mean over places, or over words, throws away: which thing has which colour, size or
// number, and who stands where. Both sides bind what a thing is to how it is, as tensor products do
// (Smolensky 1990, "Tensor product variable binding"), and sum:
//   picture: v = sum over its 4 x 4 parts c of    [x(c), y(c), u_1(c), ..., u_m(c)] (x) W a(c)
//   text:    g = sum over its phrases p of        [x(p), y(p), q_1(p), ..., q_m(p)] (x) W' r(p)
// a(c) is the meaning of a part, as the whole picture's is made; x and y its place, from the
// middle; u a small network of convolutions over the map. r(p) is the row of a phrase alone; x and
// y say where the caption puts it ("left of": -1, 0); q is a small network of r. No phrase knows of
// the others: a text side that reads all words at once learns captions by heart.
//   row:     unit(s + strength B^T unit(v or g))
// s is the part of a row that pictures and texts share, B ((2 + m) w rows) the directions in which
// photos and phrases differ least, so that plain searches hardly notice. Texts without phrases to
// tell apart (caption_phrases.h) stay as they are.

#include <memory>

#include "absl/status/statusor.h"
#include "embed/bundle.h"
#include "embed/caption_phrases.h"
#include "embed/torch/posterior_head.h"
#include "embed/torch/tower.h"

namespace imago {

// The phrases of some texts. All empty: the texts have none.
struct PhraseBatch {
  torch::Tensor rows;    // [phrases, out], unit length: of each phrase alone
  torch::Tensor places;  // [phrases] int64: a PhrasePlace
  torch::Tensor texts;   // [phrases] int64: of which text
};

struct RelationShape {
  int64_t in = 0;             // channels of a map
  int64_t out = 384;          // of what both sides share
  int64_t width = 32;         // w
  int64_t channels = 4;       // m
  int64_t hidden = 32;        // of u
  int64_t text_hidden = 256;  // of q

  int64_t bound() const { return (2 + channels) * width; }
};

class Relations : public Float32Module {
 public:
  static constexpr int64_t kSide = 4;  // of the grid of parts

  explicit Relations(const RelationShape& shape, TowerInit init = TowerInit::kPublished);

  // v of maps [n, in, h, w] and their parts' meanings [n, kSide^2, out], g of `texts` texts;
  // [n, bound()] of unit length, but zero for texts without phrases.
  torch::Tensor OfMaps(const torch::Tensor& maps, const torch::Tensor& parts) const;
  torch::Tensor OfPhrases(const PhraseBatch& phrases, int64_t texts) const;
  // Rows [n, dim] f32, whose first `out` values have the length `share`, with what the relation
  // adds to that part, whose length stays. `bound` is of OfMaps or OfPhrases.
  torch::Tensor Add(const torch::Tensor& bound, const torch::Tensor& rows, double share) const;

  // From unit rows [n, out] of photos and of phrases: the directions to write to, and those in
  // which phrases differ most, to read.
  void Fit(const torch::Tensor& photos, const torch::Tensor& phrases);

  const RelationShape& shape() const { return shape_; }

  torch::Tensor strength;  // scalar, a buffer

 private:
  void Initialise();

  RelationShape shape_;
  torch::Tensor basis_;           // B [bound, out], a buffer
  torch::Tensor picture_words_;   // W [width, out]
  torch::Tensor text_words_;      // W' [width, out]
  torch::Tensor seen_weight_;     // [hidden, in, 3, 3]
  torch::Tensor seen_bias_;       // [hidden]
  torch::Tensor part_weight_;     // [hidden, hidden, 2, 2]
  torch::Tensor part_bias_;       // [hidden]
  torch::Tensor channel_weight_;  // [channels, hidden]
  torch::Tensor channel_bias_;    // [channels]
  torch::Tensor gains_;           // [channels], of u
  torch::Tensor hidden_weight_;   // [text_hidden, out]
  torch::Tensor hidden_bias_;     // [text_hidden]
  torch::Tensor said_weight_;     // [channels, text_hidden]
  torch::Tensor said_bias_;       // [channels]
};

// kInvalidArgument where B would have more rows than `out`.
absl::StatusOr<std::shared_ptr<Relations>> MakeRelations(const RelationConfig& config, int64_t in,
                                                         int64_t out, TowerInit init);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_RELATIONS_H_
