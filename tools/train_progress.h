#ifndef IMAGO_TOOLS_TRAIN_PROGRESS_H_
#define IMAGO_TOOLS_TRAIN_PROGRESS_H_

// What the trainings of `imago train` share.

#include <optional>
#include <string>

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

// Below `train`.
void AddTrainPair(CLI::App& train, Globals& globals, Command& run);
void AddTrainEvents(CLI::App& train, Globals& globals, Command& run);
void AddTrainRelations(CLI::App& train, Globals& globals, Command& run);
void AddTrainTagger(CLI::App& train, Globals& globals, Command& run);

}  // namespace imago

#endif  // IMAGO_TOOLS_TRAIN_PROGRESS_H_
