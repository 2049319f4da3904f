#ifndef IMAGO_EMBED_TORCH_TRAIN_TO_END_H_
#define IMAGO_EMBED_TORCH_TRAIN_TO_END_H_

#include <exception>
#include <functional>
#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "embed/torch/checkpoint.h"
#include "embed/train_control.h"
#include "fmt/format.h"

namespace imago {

// One part of a training, and how its files begin.
struct TrainedPhase {
  std::string phase;   // for progress: "tuning"
  std::string prefix;  // of the files in run_dir: "tune-"
  int64_t steps = 0;
  int64_t checkpoint_every = 0;
  std::string run_dir;
  std::string title;  // of the chart
};

// From the checkpoint, where there is one, step by step to the end, with checkpoints, the losses as
// a table and a chart of them on the way. kCancelled after `stop`, with a checkpoint written.
absl::Status TrainToEnd(CheckpointedRun& run, const std::function<void()>& step,
                        const TrainedPhase& phase, TrainControl& control);

// A setting, and the least that it may be.
struct LowerLimit {
  const char* name;
  int64_t value = 0;
  int64_t least = 0;
};
// kInvalidArgument names the first that is less.
absl::Status CheckLowerLimits(std::initializer_list<LowerLimit> limits);

// What `train` answers, an absl::StatusOr; what LibTorch throws becomes kInternal.
template <typename Train>
auto CatchTorch(const Train& train) -> decltype(train()) {
  try {
    return train();
  } catch (const c10::Error& error) {
    return absl::InternalError(fmt::format("training: {}", error.what_without_backtrace()));
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("training: {}", error.what()));
  }
}

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TRAIN_TO_END_H_
