#ifndef IMAGO_EMBED_TORCH_PAIR_BUNDLE_H_
#define IMAGO_EMBED_TORCH_PAIR_BUNDLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/bundle.h"
#include "embed/torch/clip_model.h"
#include "embed/train_pair.h"

namespace imago {

// Writes weights.safetensors (f16, the logit scale at most options.max_scale), the tokenizer's file
// and model.json into options.out_dir, each atomically, model.json last.
absl::StatusOr<Bundle> WritePairBundle(ClipModel& model, const std::string& tokenizer_file,
                                       const std::vector<std::string>& sources,
                                       const TrainPairOptions& options, const PairReport& report);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PAIR_BUNDLE_H_
