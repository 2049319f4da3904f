#ifndef IMAGO_EMBED_TORCH_TUNE_H_
#define IMAGO_EMBED_TORCH_TUNE_H_

// The second part of a training: from manifests to what a TuneRun needs.

#include <string>

#include "absl/status/statusor.h"
#include "embed/torch/sentences.h"
#include "embed/torch/tune_run.h"
#include "embed/train_clip.h"

namespace imago {

// The pictures of all manifests, the photos' first, and the texts of their labels.
absl::StatusOr<TuneSet> LoadTuneSet(const TrainClipOptions& options,
                                    const SentenceEncoder& sentences, TrainControl& control);

// The settings of the second part of a training. `first` are those of the first part.
TuneOptions MakeTuneOptions(const TrainClipOptions& options, const TuneSet& set,
                            const std::string& first);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TUNE_H_
