#include "embed/torch/small_layers.h"

#include <cmath>

namespace imago {

BertOptions SmallLayerOptions(int64_t width) {
  BertOptions options;
  options.width = width;
  options.heads = width / kSmallHeadWidth;
  options.hidden = 2 * width;
  return options;
}

void DrawWeights(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (auto& parameter : module.named_parameters()) {
    torch::Tensor& values = parameter.value();
    if (parameter.key().find("LayerNorm") != std::string::npos) continue;
    if (values.dim() == 2) {
      values.normal_(0, std::pow(static_cast<double>(values.size(1)), -0.5));
    } else {
      values.zero_();
    }
  }
}

}  // namespace imago
