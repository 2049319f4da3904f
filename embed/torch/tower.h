#ifndef IMAGO_EMBED_TORCH_TOWER_H_
#define IMAGO_EMBED_TORCH_TOWER_H_

// What every tower is to the encoder and the trainer: a torch module from pixels or token ids to
// vectors of the common space, not yet normalised. Parameter names are those of the bundle's
// weights.safetensors without the prefix "image." or "text.".

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/bundle.h"
#include "torch/torch.h"

namespace imago {

class ImageTower : public torch::nn::Module {
 public:
  // Pixels [n, 3, size, size], preprocessed; returns [n, dim].
  virtual torch::Tensor Forward(torch::Tensor pixels) = 0;
  // How much of a row's length lies where texts have values too: what no text can be close to
  // shortens every cosine with a text by this.
  virtual double TextShare() const { return 1; }
  // Once its weights are loaded, for inference alone and only where TilesInUse(): from now on it
  // computes its larger part by loops of our own, in bfloat16, and forgets the weights of that.
  // False, with nothing changed, where it has no such loops.
  virtual bool UseTiles() { return false; }
  // Whether it does; pixels are then wanted plane by plane.
  virtual bool uses_tiles() const { return false; }
};

class TextTower : public torch::nn::Module {
 public:
  // Ids [n, length] int64, padded with the tokenizer's pad id; lengths [n] int64 counts the real
  // ones. Returns [n, dim].
  virtual torch::Tensor Forward(torch::Tensor ids, torch::Tensor lengths) = 0;
  // As ImageTower's.
  virtual bool UseTiles() { return false; }
};

// A contiguous tensor's values, as f32.
std::vector<float> ValuesOf(const torch::Tensor& tensor);
// Frees the memory of a module's parameters, which are empty from then on.
void ForgetWeights(torch::nn::Module& module);

enum class TowerInit {
  kPublished,  // random weights by the published initialisation, from torch's generator
  kNone,       // values are arbitrary: they are about to be loaded
};

// kInvalidArgument names a missing or impossible hyper-parameter.
absl::StatusOr<std::shared_ptr<ImageTower>> MakeImageTower(const TowerConfig& config, int dim,
                                                           TowerInit init = TowerInit::kPublished);
absl::StatusOr<std::shared_ptr<TextTower>> MakeTextTower(const TowerConfig& config, int vocab_size,
                                                         int dim,
                                                         TowerInit init = TowerInit::kPublished);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TOWER_H_
