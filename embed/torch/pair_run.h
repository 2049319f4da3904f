#ifndef IMAGO_EMBED_TORCH_PAIR_RUN_H_
#define IMAGO_EMBED_TORCH_PAIR_RUN_H_

// A training run of two towers.

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/torch/checkpoint.h"
#include "embed/torch/collective.h"
#include "embed/torch/pair_model.h"
#include "embed/torch/pair_rows.h"

namespace imago {

// The batch of a step, which depends on the step alone. Called on another thread.
using PairSource = std::function<absl::StatusOr<PairBatch>(int64_t step)>;

// Of the rates at `step`, from 0 to 1: a linear warm-up, then what the schedule says.
double ScheduleFactor(const TrainPairOptions& options, int64_t step);

// The loss that options name, and the teacher's.
torch::Tensor PairLoss(const PairModel& model, const GatheredBatch& batch,
                       const TrainPairOptions& options);

class PairRun : public CheckpointedRun {
 public:
  // Trains `model` in place. `settings` as CheckpointedRun's. Keeps `collective`.
  PairRun(std::shared_ptr<PairModel> model, PairSource source, const Collective& collective,
          const TrainPairOptions& options, const std::string& settings);
  ~PairRun();

  // One optimiser step, added to history(). The next batch is drawn meanwhile on another thread.
  // kAborted when the loss is not finite; errors of the source and of the collective.
  absl::Status Step();
  const PairModel& model() const { return *model_; }

 private:
  absl::StatusOr<PairBatch> NextBatch();
  // Gradients of all weights; the loss.
  absl::StatusOr<torch::Tensor> Differentiate(const PairBatch& batch);
  void Average();

  std::shared_ptr<PairModel> model_;
  PairSource source_;
  const Collective& collective_;
  TrainPairOptions options_;
  std::vector<double> rates_;  // of the optimiser's groups
  int64_t next_step_ = -1;     // of what next_ draws
  std::future<absl::StatusOr<PairBatch>> next_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PAIR_RUN_H_
