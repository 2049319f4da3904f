#include "embed/torch/train_to_end.h"

#include "embed/loss_chart.h"
#include "fmt/format.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

absl::Status SaveRun(CheckpointedRun& run, const TrainedPhase& phase) {
  const std::string path = fmt::format("{}/{}", phase.run_dir, phase.prefix);
  if (auto status = run.Save(path + "checkpoint.safetensors"); !status.ok()) return status;
  auto status = WriteFileDurably(path + "loss.tsv", LossTable(run.history()));
  if (!status.ok()) return status;
  return WriteFileDurably(path + "loss.html", LossChart(run.history(), phase.title));
}

}  // namespace

absl::Status TrainToEnd(CheckpointedRun& run, const std::function<void()>& step,
                        const TrainedPhase& phase, TrainControl& control) {
  const auto loaded =
      run.Load(fmt::format("{}/{}checkpoint.safetensors", phase.run_dir, phase.prefix));
  if (!loaded.ok() && !absl::IsNotFound(loaded)) return loaded;
  while (!run.done()) {
    step();
    const LossPoint& last = run.history().back();
    if (control.on_progress) {
      control.on_progress({phase.phase, last.step + 1, phase.steps, last.loss, last.learning_rate,
                           last.logit_scale});
    }
    const bool save = control.stop || run.done() || (last.step + 1) % phase.checkpoint_every == 0;
    if (!save) continue;
    if (auto status = SaveRun(run, phase); !status.ok()) return status;
    if (control.stop && !run.done()) {
      return absl::CancelledError(fmt::format("stopped after step {} of {}; run it again to go on",
                                              last.step + 1, phase.steps));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckLowerLimits(std::initializer_list<LowerLimit> limits) {
  for (const LowerLimit& limit : limits) {
    if (limit.value >= limit.least) continue;
    return absl::InvalidArgumentError(
        fmt::format("{} is {}, it must be at least {}", limit.name, limit.value, limit.least));
  }
  return absl::OkStatus();
}

}  // namespace imago
