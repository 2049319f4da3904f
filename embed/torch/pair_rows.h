#ifndef IMAGO_EMBED_TORCH_PAIR_ROWS_H_
#define IMAGO_EMBED_TORCH_PAIR_ROWS_H_

// A batch through both towers: to the rows of all processes, and back from these rows' gradients
// into the weights.

#include "absl/status/statusor.h"
#include "embed/torch/collective.h"
#include "embed/torch/micro_batches.h"
#include "embed/torch/pair_loss.h"
#include "embed/torch/pair_model.h"

namespace imago {

struct TokenRows {
  torch::Tensor ids;      // [n, length] int64, padded
  torch::Tensor lengths;  // [n] int64
};

// This process' part of a batch, at least one pair.
struct PairBatch {
  torch::Tensor pixels;            // [n, 3, size, size] f32, preprocessed
  torch::Tensor patches;           // [n, k] int64, as VisionTransformer::ForwardSome; or undefined
  TokenRows texts;                 // [n], each of the picture of its row
  torch::Tensor keys;              // [n] int64, as PairRows
  TokenRows negatives;             // [m]; undefined tensors where the training has none
  torch::Tensor negative_keys;     // [m] int64
  torch::Tensor teacher_pictures;  // [n, dim] of the teacher, unit length; or undefined
  torch::Tensor teacher_texts;
};

// The rows of all processes, leaves that want gradients, and where this process' own begin.
struct GatheredBatch {
  PairRows rows;
  torch::Tensor teacher_pictures;
  torch::Tensor teacher_texts;
  int64_t begin = 0;
  int64_t negatives_begin = 0;
};

class BatchRows {
 public:
  // Keeps all of them.
  BatchRows(const PairModel& model, const PairBatch& batch, const TrainPairOptions& options,
            const Collective& collective);

  absl::StatusOr<GatheredBatch> Gather();
  // Adds to the gradients of both towers what this process' rows contribute to the mean over the
  // processes. `gathered` is what Gather gave, after a backward pass to its leaves.
  void Backward(const GatheredBatch& gathered);

 private:
  bool has_negatives() const { return batch_.negatives.ids.defined(); }
  // Of this process: another one may have some.
  bool own_negatives() const { return has_negatives() && batch_.negatives.ids.size(0) > 0; }

  const PairBatch& batch_;
  const Collective& collective_;
  bool image_trained_;
  bool text_trained_;
  torch::Tensor token_shares_;  // undefined but for TokenLoss
  MicroBatches pictures_;
  MicroBatches texts_;
  MicroBatches negatives_;
};

// Of unit length, f32.
torch::Tensor UnitRows(const torch::Tensor& rows);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PAIR_ROWS_H_
