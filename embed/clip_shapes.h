#ifndef IMAGO_EMBED_CLIP_SHAPES_H_
#define IMAGO_EMBED_CLIP_SHAPES_H_

// The shapes of a published model's weights, without making the model: a hostile file is refused
// before anything of the sizes that it claims exists.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/bundle.h"

namespace imago {

// Every tensor of a bundle's weights.safetensors for the towers that published CLIP has ("vit",
// "modified-resnet", "siglip-vit"; "clip-text", "siglip-text"). kInvalidArgument names a
// hyper-parameter that is missing or impossible, kUnimplemented another tower.
absl::StatusOr<std::map<std::string, std::vector<int64_t>>> ClipShapes(const BundleConfig& config,
                                                                       int vocab_size);

}  // namespace imago

#endif  // IMAGO_EMBED_CLIP_SHAPES_H_
