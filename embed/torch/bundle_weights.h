#ifndef IMAGO_EMBED_TORCH_BUNDLE_WEIGHTS_H_
#define IMAGO_EMBED_TORCH_BUNDLE_WEIGHTS_H_

// A bundle's files of weights: weights.safetensors, events.safetensors with the tensors "events.*"
// where the bundle reads events, and relations.safetensors with "relations.*" where it has these:
// what was learned later leaves the others as they are.

#include <map>
#include <string>

#include "absl/status/status.h"
#include "embed/safetensors.h"
#include "embed/torch/clip_model.h"

namespace imago {

// As LoadWeights, from the bundle's folder; errors name the file.
absl::Status LoadBundleWeights(const std::string& dir, ClipModel& model);

// All files but weights.safetensors that the model needs, f16.
absl::Status SaveReaderWeights(const ClipModel& model, const std::string& dir);

// kInvalidArgument names a tensor whose values are not finite as `type` (kF16, kF32).
absl::Status SaveTensors(const std::map<std::string, torch::Tensor>& weights,
                         const std::string& path, TensorType type);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_BUNDLE_WEIGHTS_H_
