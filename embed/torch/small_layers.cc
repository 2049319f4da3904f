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

torch::Tensor PlacesOn(const torch::Tensor& places, int64_t height, int64_t width) {
  const auto side =
      static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(places.size(0)))));
  if (height == side && width == side) return places;
  const torch::Tensor grid = places.t().reshape({1, places.size(1), side, side});
  return at::upsample_bilinear2d(grid.to(torch::kFloat32), {height, width},
                                 /*align_corners=*/false)
      .to(places.scalar_type())
      .flatten(2)
      .squeeze(0)
      .t();
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
