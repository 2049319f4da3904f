#ifndef IMAGO_EMBED_TORCH_RELATION_RUN_H_
#define IMAGO_EMBED_TORCH_RELATION_RUN_H_

// The third part of a training: over networks that stay as they are, two Relations (relation.h)
// learn from the world maker's scenes to tell captions apart that a mean cannot.

#include <memory>
#include <string>

#include "embed/torch/checkpoint.h"
#include "embed/torch/relation.h"
#include "embed/torch/row_cache.h"

namespace imago {

// Pictures and texts as the finished networks see them.
struct RelationPictures {
  RowFiles maps;       // [n, h, w, channels], what Relation::ForwardMap looks at
  torch::Tensor rows;  // [n, width], semantic, unit length
};
struct RelationTexts {
  RowFiles words;         // [n, length, width]
  torch::Tensor lengths;  // [n] int64
  torch::Tensor rows;     // [n, width], centred, unit length
  torch::Tensor keys;     // [n] int64: equal where texts are equal
};

// Scene i has text i. Scenes 2k and 2k + 1 are each other's counterpart, in which the same things
// are exchanged: the text of each is wrong of the other, so that texts alone tell nothing. Photos
// and the texts about them have nothing that a relation should add.
struct RelationSet {
  RelationPictures scenes;
  RelationTexts captions;
  RelationPictures photos;
  RelationTexts plain;
};

struct RelationOptions {
  int64_t steps = 0;
  int64_t scenes = 96;  // in a step, half of them counterparts of the others
  int64_t plain = 48;   // photos and plain texts in a step
  double rate = 1e-3;
  double scale = 20;  // of cosines
  double still = 4;   // weight of what is added to photos and plain texts, squared
  uint64_t seed = 0;
  std::string settings;  // of the whole run: a checkpoint of others is refused
};

class RelationModel : public torch::nn::Module {
 public:
  RelationModel(const RelationShape& image_shape, const RelationShape& text_shape);

  torch::Tensor Pictures(const RelationPictures& pictures, const torch::Tensor& indices) const;
  torch::Tensor Texts(const RelationTexts& texts, const torch::Tensor& indices) const;

  const std::shared_ptr<Relation> image;
  const std::shared_ptr<Relation> text;
};

class RelationRun : public CheckpointedRun {
 public:
  // Keeps the set.
  RelationRun(std::shared_ptr<RelationModel> model, const RelationSet* set,
              const RelationOptions& options);

  // One optimiser step, added to history().
  void Step();

 private:
  torch::Tensor Loss() const;

  std::shared_ptr<RelationModel> model_;
  const RelationSet* set_;
  RelationOptions options_;
};

// Of the pictures whose own text scores above that of their counterpart, the share.
double PairAccuracy(const RelationModel& model, const RelationPictures& pictures,
                    const RelationTexts& texts);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_RELATION_RUN_H_
