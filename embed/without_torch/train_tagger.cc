#include "embed/train_tagger.h"

#include "fmt/format.h"

namespace imago {

absl::StatusOr<TrainTaggerReport> TrainTagger(const TrainTaggerOptions& options, TrainControl&) {
  return absl::UnimplementedError(
      fmt::format("{}: training needs a build with LibTorch", options.manifest));
}

}  // namespace imago
