#ifndef IMAGO_EMBED_TRAIN_CONTROL_H_
#define IMAGO_EMBED_TRAIN_CONTROL_H_

// How a training tells what it does, and how it is told to stop.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace imago {

struct TrainProgress {
  std::string phase;  // "features of ...", "texts of ...", "training", "tuning", "relations"
  int64_t done = 0;   // of this phase
  int64_t total = 0;
  double loss = 0;  // of the last step, in "training", "tuning" and "relations"
  double learning_rate = 0;
  double logit_scale = 0;
};

struct TrainControl {
  std::function<void(const TrainProgress&)> on_progress;  // may be null
  std::atomic<bool> stop = false;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TRAIN_CONTROL_H_
