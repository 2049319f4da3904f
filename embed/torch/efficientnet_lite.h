#ifndef IMAGO_EMBED_TORCH_EFFICIENTNET_LITE_H_
#define IMAGO_EMBED_TORCH_EFFICIENTNET_LITE_H_

// EfficientNet-Lite (Tan and Le 2019, arXiv 1905.11946; the Lite variants of tensorflow/tpu): the
// network without squeeze-and-excitation, with ReLU6, and with a stem and a head that do not scale.
// Parameters and buffers are called as in the published PyTorch files without the underscores that
// lead each part of a name there: "blocks.3.expand_conv.weight", "bn0.running_mean", "fc.bias".

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/tile_trunk.h"
#include "embed/torch/same_conv.h"
#include "embed/torch/tower.h"

namespace imago {

// Blocks of one resolution. The first block has `stride`, the others have none.
struct EfficientNetStage {
  int64_t repeats = 1;
  int64_t kernel = 3;
  int64_t stride = 1;
  int64_t expand = 6;
  int64_t channels = 16;
};

struct EfficientNetLiteOptions {
  int64_t stem_channels = 32;
  std::vector<EfficientNetStage> stages;
  size_t float32_stages = 3;  // the stem and so many stages stay f32 when the rest becomes bf16
  int64_t features = 1280;
  int64_t classes = 1000;  // 0: no classifier
};
// "efficientnet-lite0", "-lite1" or "-lite2", which were trained at 224, 240 and 260 pixels on
// (value - 127) / 128. kInvalidArgument names any other.
absl::StatusOr<EfficientNetLiteOptions> EfficientNetLiteVariant(const std::string& name);

// A convolution and, until it is folded, its batch norm, registered side by side in the owner.
class ConvNorm {
 public:
  ConvNorm(torch::nn::Module& owner, const std::string& conv, const std::string& norm,
           const SameConv::Shape& shape);
  torch::Tensor Forward(const torch::Tensor& x);
  // The norm's running statistics and gains move into the weights and a bias.
  void Fold(torch::nn::Module& owner);
  std::vector<torch::Tensor> Parameters() const;
  void KeepFloat32() { conv_->keeps_float32 = true; }
  void TrainInBfloat16() { conv_->trains_in_bfloat16 = true; }
  void Initialise();
  // Once folded.
  const SameConv& conv() const { return *conv_; }

 private:
  std::string norm_name_;
  std::shared_ptr<SameConv> conv_;
  torch::nn::BatchNorm2d norm_;
};

// Expand (1x1), filter each channel, project (1x1); with a shortcut where shapes allow it.
class InvertedResidual : public torch::nn::Module {
 public:
  InvertedResidual(int64_t in, const EfficientNetStage& stage);
  torch::Tensor Forward(const torch::Tensor& x);
  void FoldBatchNorm();
  void KeepFloat32();
  void TrainInBfloat16();
  void Initialise();
  TrunkBlock ToTrunkBlock() const;

 private:
  bool shortcut_;
  std::vector<ConvNorm> parts_;  // expand (unless expand is 1), depthwise, project
};

class EfficientNetLite : public torch::nn::Module {
 public:
  explicit EfficientNetLite(const EfficientNetLiteOptions& options,
                            TowerInit init = TowerInit::kPublished);

  // Pixels [n, 3, h, w], any h and w, to the last map [n, features, h/32, w/32] (rounded up).
  torch::Tensor Places(const torch::Tensor& pixels);
  // The two halves of Places: the stem and the blocks before `block`, whose map the rest goes on
  // from. `block` is at most blocks().
  torch::Tensor PlacesBefore(const torch::Tensor& pixels, size_t block);
  torch::Tensor PlacesFrom(const torch::Tensor& map, size_t block);
  size_t blocks() const { return blocks_.size(); }
  // The parameters of the second half.
  std::vector<torch::Tensor> ParametersFrom(size_t block) const;
  // From now on the second half computes in bfloat16 while its weights and their gradients stay
  // f32. Once folded; from the first block on, at most.
  void TrainInBfloat16(size_t block);
  // The mean over the places, [n, features].
  torch::Tensor Features(const torch::Tensor& pixels);
  // Features to [n, classes]; only with classes > 0.
  torch::Tensor Logits(const torch::Tensor& features);

  // For inference, once, after the weights are loaded and before they are made bf16: the same
  // function of the pixels as in evaluation mode, with half the passes over memory.
  void FoldBatchNorm();
  // Once folded: what TileTrunk takes.
  TrunkWeights ToTrunkWeights() const;

 private:
  void Initialise();

  std::vector<ConvNorm> ends_;  // stem and head
  std::vector<std::shared_ptr<InvertedResidual>> blocks_;
  torch::nn::Linear fc_ = nullptr;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_EFFICIENTNET_LITE_H_
