#ifndef IMAGO_EMBED_TORCH_PAIR_MODEL_H_
#define IMAGO_EMBED_TORCH_PAIR_MODEL_H_

// All weights of a training of two towers.

#include <memory>

#include "absl/status/statusor.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/transformer.h"
#include "embed/train_pair.h"

namespace imago {

struct PairModel : public torch::nn::Module {
  // What the bundle will hold.
  ClipModel& best() const { return averaged ? *averaged : *clip; }

  std::shared_ptr<ClipModel> clip;
  std::shared_ptr<ClipModel> averaged;  // over the steps, without gradients; null without "ema"
  torch::Tensor logit_bias;             // scalar; undefined but with the sigmoid loss
  std::shared_ptr<Linear> teacher_map;  // dim to the teacher's; null where they are the same
};

// At its beginning: random by options.seed or from other bundles, with requires_grad as options
// say. `teacher_dim` 0: no teacher.
absl::StatusOr<std::shared_ptr<PairModel>> MakePairModel(const TrainPairOptions& options,
                                                         int vocab_size, int teacher_dim);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PAIR_MODEL_H_
