#ifndef IMAGO_EMBED_TORCH_CLIP_MODEL_H_
#define IMAGO_EMBED_TORCH_CLIP_MODEL_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "embed/bundle.h"
#include "embed/safetensors.h"
#include "embed/torch/event_head.h"
#include "embed/torch/relations.h"
#include "embed/torch/tower.h"

namespace imago {

// Two towers and a temperature (Radford et al. 2021), of whatever kinds the bundle names. Its
// parameters and buffers are called as the tensors of weights.safetensors: "image.*", "text.*",
// "logit_scale" (a logarithm, scalar), with SigLIP's towers "logit_bias" (scalar), and "events.*"
// and "relations.*" where the bundle has these.
class ClipModel : public torch::nn::Module {
 public:
  // In evaluation mode; logit_scale ln(1 / 0.07).
  static absl::StatusOr<std::shared_ptr<ClipModel>> Make(const BundleConfig& config, int vocab_size,
                                                         TowerInit init = TowerInit::kPublished);

  // As the towers' Forward, normalised to unit length, f32; pictures with their relations. Where
  // there are `events` and `readings`, also what these read in the pictures.
  torch::Tensor EncodeImages(const torch::Tensor& pixels, EventReadings* readings = nullptr);
  // Without relations, which need the phrases' rows first.
  torch::Tensor EncodeTexts(const torch::Tensor& ids, const torch::Tensor& lengths);

  // All parameters and floating-point buffers. (A batch norm's count of batches is no weight.)
  std::map<std::string, torch::Tensor> Weights() const;

  std::shared_ptr<ImageTower> image;
  std::shared_ptr<TextTower> text;
  torch::Tensor logit_scale;
  torch::Tensor logit_bias;              // of SigLIP's towers, -10 at first; undefined in others
  std::shared_ptr<EventHead> events;     // of a PosteriorTower's map; or null
  std::shared_ptr<Relations> relations;  // of the same; or null

 private:
  ClipModel(std::shared_ptr<ImageTower> image_tower, std::shared_ptr<TextTower> text_tower);
  absl::Status AddReaders(const BundleConfig& config, TowerInit init);
};

// A module's parameters and floating-point buffers by name. (A batch norm's count of batches is no
// weight.)
std::map<std::string, torch::Tensor> WeightsByName(const torch::nn::Module& module);
// Copies every tensor of the file into the one of its name, converting to the type that one has.
// kInvalidArgument names the tensors that are missing, surplus, of another shape or not floating
// point; some are then already overwritten.
absl::Status LoadTensors(const SafetensorsFile& file,
                         std::map<std::string, torch::Tensor>& weights);
// Copies every tensor, converting to the type the module has. kInvalidArgument names the tensors
// that are missing, surplus, of another shape or not floating point; the model is then unusable.
absl::Status LoadWeights(const SafetensorsFile& file, ClipModel& model);
// kInvalidArgument names a tensor whose values are not finite as `type` (kF16, kF32).
absl::Status SaveWeights(const ClipModel& model, const std::string& path,
                         TensorType type = TensorType::kF16);

// Everything to bf16 but normalisation layers, whose statistics and gains stay f32, and
// Float32Modules and convolutions that keep f32.
void UseBfloat16(torch::nn::Module& module);
// Convolution weights to channels-last, which oneDNN and depthwise kernels prefer.
void UseChannelsLast(torch::nn::Module& module);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_CLIP_MODEL_H_
