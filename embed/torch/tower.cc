#include "embed/torch/tower.h"

#include "embed/torch/bag_of_tokens.h"
#include "embed/torch/centred_bert.h"
#include "embed/torch/modified_resnet.h"
#include "embed/torch/posterior_tower.h"
#include "embed/torch/siglip_towers.h"
#include "embed/torch/text_transformer.h"
#include "embed/torch/vision_transformer.h"
#include "fmt/format.h"

namespace imago {
namespace {

absl::Status CheckAtLeastOne(const char* name, int value) {
  if (value >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{} is {}, it must be at least 1", name, value));
}

}  // namespace

std::vector<float> ValuesOf(const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.detach().to(torch::kFloat32).contiguous();
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

void ForgetWeights(torch::nn::Module& module) {
  for (torch::Tensor& parameter : module.parameters()) {
    parameter.set_data(torch::empty({0}, parameter.options()));
  }
}

absl::StatusOr<std::shared_ptr<ImageTower>> MakeImageTower(const TowerConfig& config, int dim,
                                                           TowerInit init) {
  if (auto status = CheckAtLeastOne("dim", dim); !status.ok()) return status;
  if (config.kind == "vit") return VisionTransformer::Make(config, dim, init);
  if (config.kind == "modified-resnet") return ModifiedResnet::Make(config, dim, init);
  if (config.kind == "siglip-vit") return SiglipVision::Make(config, dim, init);
  if (PosteriorTower::IsKind(config.kind)) return PosteriorTower::Make(config, dim, init);
  return absl::InvalidArgumentError(fmt::format("no image tower is called \"{}\"", config.kind));
}

absl::StatusOr<std::shared_ptr<TextTower>> MakeTextTower(const TowerConfig& config, int vocab_size,
                                                         int dim, TowerInit init) {
  if (auto status = CheckAtLeastOne("dim", dim); !status.ok()) return status;
  if (auto status = CheckAtLeastOne("vocab_size", vocab_size); !status.ok()) return status;
  if (config.kind == "clip-text") return TextTransformer::Make(config, vocab_size, dim, init);
  if (config.kind == "siglip-text") return SiglipText::Make(config, vocab_size, dim, init);
  if (config.kind == "bert-centred") return CentredBert::Make(config, vocab_size, dim, init);
  if (config.kind == "bag-of-tokens") return BagOfTokens::Make(vocab_size, dim, init);
  return absl::InvalidArgumentError(fmt::format("no text tower is called \"{}\"", config.kind));
}

}  // namespace imago
