#include "embed/train_pair.h"

#include "fmt/format.h"

namespace imago {

absl::StatusOr<PairReport> TrainPair(const TrainPairOptions& options, TrainControl&) {
  return absl::UnimplementedError(
      fmt::format("{}: training needs a build with LibTorch", options.model.name));
}

}  // namespace imago
