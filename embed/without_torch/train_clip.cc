#include "embed/train_clip.h"

#include "fmt/format.h"

namespace imago {

absl::StatusOr<TrainReport> TrainClip(const TrainClipOptions& options, TrainControl&) {
  return absl::UnimplementedError(
      fmt::format("{}: training needs a build with LibTorch", options.name));
}

}  // namespace imago
