#ifndef IMAGO_EMBED_TORCH_TRAINED_PART_H_
#define IMAGO_EMBED_TORCH_TRAINED_PART_H_

// Which of a tower's weights a training may change.

#include "absl/status/status.h"
#include "embed/train_pair.h"
#include "torch/torch.h"

namespace imago {

// Sets requires_grad of every parameter. The last blocks are those that the pixels or tokens go
// through last; what comes after them, such as a projection, is trained with them, what comes
// before them is not. kInvalidArgument when the tower has fewer blocks.
absl::Status SetTrained(const TrainedPart& part, torch::nn::Module& tower);

// Training mode where something is trained: a batch norm that is not keeps its statistics.
void SetTrainingModes(torch::nn::Module& module);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TRAINED_PART_H_
