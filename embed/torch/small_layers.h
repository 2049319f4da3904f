#ifndef IMAGO_EMBED_TORCH_SMALL_LAYERS_H_
#define IMAGO_EMBED_TORCH_SMALL_LAYERS_H_

// What a small transformer over a map's places is made of.

#include "embed/torch/bert.h"

namespace imago {

inline constexpr int64_t kSmallHeadWidth = 32;
inline constexpr double kTokenDeviation = 0.3;  // beside tokens of about 1

// Of a layer that is a multiple of kSmallHeadWidth wide.
BertOptions SmallLayerOptions(int64_t width);

// The vectors of a square grid's places [places, width], interpolated for a map of that size,
// [height * width, width].
torch::Tensor PlacesOn(const torch::Tensor& places, int64_t height, int64_t width);

// Random matrices of deviation 1 / sqrt(columns), zeros for all else but layer norms.
void DrawWeights(torch::nn::Module& module);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_SMALL_LAYERS_H_
