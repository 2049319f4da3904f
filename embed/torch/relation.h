#ifndef IMAGO_EMBED_TORCH_RELATION_H_
#define IMAGO_EMBED_TORCH_RELATION_H_

// What a mean over places, or over words, throws away: which thing has which colour, and who stands
// where. A small transformer over all of them, read at a token of its own, gives what is added to a
// vector of the common space.

#include <vector>

#include "embed/torch/bert.h"
#include "embed/torch/tower.h"

namespace imago {

// One layer alone cannot tell who has what: its token sees a mean of values that each know one
// thing.
struct RelationShape {
  int64_t in = 0;  // channels of a map, width of a word
  int64_t width = 128;
  int64_t layers = 2;
  int64_t places = 64;  // that have a vector of their own: the longest text, or a square grid
  int64_t out = 384;
};

// The vectors of a square grid's places [places, width], interpolated for a map of that size,
// [height
// * width, width].
torch::Tensor PlacesOn(const torch::Tensor& places, int64_t height, int64_t width);

// Parameters "start" [width], "places" [places, width], "in.*", "layers.i.*", "out.*".
class Relation : public torch::nn::Module {
 public:
  explicit Relation(const RelationShape& shape, TowerInit init = TowerInit::kPublished);

  // A map [n, in, h, w] of any size, whose grid of places is interpolated. To [n, out] f32, which
  // is zero until something was learned.
  torch::Tensor ForwardMap(const torch::Tensor& map);
  // Words [n, length, in], of which lengths [n] int64 counts the real ones; length <= places.
  torch::Tensor ForwardWords(const torch::Tensor& words, const torch::Tensor& lengths);

  const RelationShape& shape() const { return shape_; }

 private:
  torch::Tensor Read(const torch::Tensor& tokens, const torch::Tensor& places,
                     const torch::Tensor& keep);
  void Initialise();

  RelationShape shape_;
  torch::Tensor start_;
  torch::Tensor places_;
  std::shared_ptr<Linear> in_;
  std::vector<std::shared_ptr<BertLayer>> layers_;
  std::shared_ptr<Linear> out_;
};

// From the numbers "relation_width" (a multiple of 32; absent or 0: null, there is none) and
// "relation_layers" of a tower.
absl::StatusOr<std::shared_ptr<Relation>> MakeRelation(const TowerConfig& config, int64_t in,
                                                       int64_t out, TowerInit init);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_RELATION_H_
