#include "embed/train_relations.h"

#include "fmt/format.h"

namespace imago {

absl::StatusOr<TrainRelationsReport> TrainRelations(const TrainRelationsOptions& options,
                                                    TrainControl&) {
  return absl::UnimplementedError(
      fmt::format("{}: training needs a build with LibTorch", options.bundle_dir));
}

}  // namespace imago
