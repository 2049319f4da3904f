#ifndef IMAGO_EMBED_TORCH_TUNE_H_
#define IMAGO_EMBED_TORCH_TUNE_H_

// The second part of a training: from manifests to what a TuneRun needs.

#include <string>

#include "absl/status/statusor.h"
#include "embed/torch/train_data.h"
#include "embed/torch/tune_run.h"
#include "embed/train_clip.h"

namespace imago {

// The pictures of all manifests, the photos' first, and the texts of their labels. `data` is of the
// network before it is tuned.
absl::StatusOr<TuneSet> LoadTuneSet(const TrainClipOptions& options, const TrainData& data,
                                    TrainControl& control);

// The settings of the second part of a training. `first` are those of the first part.
TuneOptions MakeTuneOptions(const TrainClipOptions& options, const TuneSet& set,
                            const std::string& first);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TUNE_H_
