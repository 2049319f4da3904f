#include "embed/train_events.h"

#include "fmt/format.h"

namespace imago {

absl::StatusOr<TrainEventsReport> TrainEvents(const TrainEventsOptions& options, TrainControl&) {
  return absl::UnimplementedError(
      fmt::format("{}: training needs a build with LibTorch", options.bundle_dir));
}

}  // namespace imago
