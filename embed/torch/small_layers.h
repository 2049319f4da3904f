#ifndef IMAGO_EMBED_TORCH_SMALL_LAYERS_H_
#define IMAGO_EMBED_TORCH_SMALL_LAYERS_H_

// What the small transformers over a map's places or a text's words share.

#include "embed/torch/bert.h"

namespace imago {

inline constexpr int64_t kSmallHeadWidth = 32;
inline constexpr double kTokenDeviation = 0.3;  // beside tokens of about 1

// Of a layer that is a multiple of kSmallHeadWidth wide.
BertOptions SmallLayerOptions(int64_t width);

// Random matrices of deviation 1 / sqrt(columns), zeros for all else but layer norms.
void DrawWeights(torch::nn::Module& module);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_SMALL_LAYERS_H_
