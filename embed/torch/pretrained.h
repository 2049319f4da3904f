#ifndef IMAGO_EMBED_TORCH_PRETRAINED_H_
#define IMAGO_EMBED_TORCH_PRETRAINED_H_

// The free pretrained networks that training starts from, as tools/convert_pretrained.py writes
// them into a folder.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "embed/torch/bert.h"
#include "embed/torch/efficientnet_lite.h"

namespace imago {

struct PretrainedLite {
  std::shared_ptr<EfficientNetLite> trunk;  // folded, in evaluation mode, with its classifier
  torch::Tensor class_weight;               // [classes, features], f32
  torch::Tensor class_bias;                 // [classes]
};
// "efficientnet-lite2" from <dir>/efficientnet-lite2.safetensors. Errors name the file.
absl::StatusOr<PretrainedLite> LoadPretrainedLite(const std::string& dir,
                                                  const std::string& variant);
// all-MiniLM-L6-v2 from <dir>/minilm.safetensors, in evaluation mode.
absl::StatusOr<std::shared_ptr<Bert>> LoadMiniLm(const std::string& dir);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PRETRAINED_H_
