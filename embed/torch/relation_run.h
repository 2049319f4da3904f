#ifndef IMAGO_EMBED_TORCH_RELATION_RUN_H_
#define IMAGO_EMBED_TORCH_RELATION_RUN_H_

// Relations learn from the world maker's scenes over networks that stay as they are.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "embed/torch/checkpoint.h"
#include "embed/torch/relations.h"
#include "embed/torch/row_cache.h"
#include "embed/train_relations.h"

namespace imago {

struct RelationPictures {
  RowFiles maps;        // [n, h, w, channels]
  torch::Tensor parts;  // f16 [n, Relations::kSide^2, width], unit length
  torch::Tensor rows;   // [n, width]: the part that texts share, unit length
};

struct RelationTexts {
  torch::Tensor rows;     // [n, width], unit length
  torch::Tensor known;    // [known, width]: of the phrases of all texts
  torch::Tensor phrases;  // [n, most] int64: rows of `known`; -1 after a text's last
  torch::Tensor places;   // [n, most] int64
  torch::Tensor keys;     // [n] int64: equal where texts are equal

  PhraseBatch Phrases(const torch::Tensor& indices) const;
};
// Splits captions into their phrases. `rows_of` answers unit rows [texts, width].
RelationTexts SplitTexts(
    const std::vector<std::string>& captions,
    const std::function<torch::Tensor(const std::vector<std::string>&)>& rows_of);

// Scene i has text i. Scenes 2k and 2k + 1 are each other's counterpart, in which the same things
// are exchanged: the text of each is wrong of the other, so that texts alone tell nothing.
struct RelationScenes {
  RelationPictures pictures;
  RelationTexts captions;
  std::vector<std::string> kinds;  // "shapes colour"
};

struct RelationRunOptions {
  int64_t steps = 0;
  int64_t scenes = 96;  // in a step, half of them counterparts of the others
  double rate = 2e-3;
  double scale = 10;  // of cosines
  uint64_t seed = 0;
  std::string settings;  // of the whole run: a checkpoint of others is refused
};

class RelationRun : public CheckpointedRun {
 public:
  // Keeps the scenes.
  RelationRun(std::shared_ptr<Relations> relations, const RelationScenes* scenes,
              const RelationRunOptions& options);

  // One optimiser step, added to history().
  void Step();

 private:
  torch::Tensor Loss() const;

  std::shared_ptr<Relations> relations_;
  const RelationScenes* scenes_;
  RelationRunOptions options_;
};

// For each kind, in order of names, the scenes whose caption scores above their counterpart's.
std::vector<PairScore> ScorePairs(const Relations& relations, const RelationScenes& scenes);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_RELATION_RUN_H_
