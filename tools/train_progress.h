#ifndef IMAGO_TOOLS_TRAIN_PROGRESS_H_
#define IMAGO_TOOLS_TRAIN_PROGRESS_H_

// What the trainings of `imago train` share.

#include <optional>
#include <string>
#include <vector>

#include "embed/train_control.h"
#include "tools/command.h"
#include "tools/progress.h"

namespace CLI {
class App;
}

namespace imago {

// $XDG_CACHE_HOME/imago or ~/.cache/imago.
std::string CacheFolder();
int TrainThreads(const Globals& globals);

// A line for each phase, so that rate and time left are of that phase.
class PhaseProgress {
 public:
  explicit PhaseProgress(bool wanted) : wanted_(wanted) {}

  void Show(const TrainProgress& progress);

 private:
  bool wanted_;
  std::string phase_;
  std::optional<Progress> line_;
};

// Of trainings that teach a finished bundle something more.
struct GrowingOptions {
  std::string& bundle_dir;
  std::vector<std::string>& manifests;
  std::string& out_dir;
  std::string& run_dir;
  std::string& cache_dir;
};
// `pictures` says what the manifests' pictures are for.
void AddGrowingOptions(CLI::App& command, const GrowingOptions& options,
                       const std::string& pictures);

// Trains with folders below the cache where none are given, shows progress, stops on a signal with
// a checkpoint, and prints the report.
template <typename Options, typename Train, typename Print>
int RunGrowing(const Globals& globals, const std::string& name, Options options, const Train& train,
               const Print& print) {
  const std::string runs = CacheFolder() + "/train/" + name;
  if (options.run_dir.empty()) options.run_dir = runs + "/seed" + std::to_string(options.seed);
  if (options.cache_dir.empty()) options.cache_dir = runs + "/features";
  options.threads = TrainThreads(globals);
  PhaseProgress progress(!globals.quiet && !globals.json);
  TrainControl control;
  control.on_progress = [&progress](const TrainProgress& now) { progress.Show(now); };
  StopWatcher watcher([&control] { control.stop = true; });
  const auto report = train(options, control);
  if (!report.ok()) return Fail(report.status());
  print(*report, globals.json);
  return kDone;
}

// Below `train`.
void AddTrainPair(CLI::App& train, Globals& globals, Command& run);
void AddTrainEvents(CLI::App& train, Globals& globals, Command& run);
void AddTrainRelations(CLI::App& train, Globals& globals, Command& run);
void AddTrainTagger(CLI::App& train, Globals& globals, Command& run);

}  // namespace imago

#endif  // IMAGO_TOOLS_TRAIN_PROGRESS_H_
