#ifndef IMAGO_EMBED_EVAL_SCENES_H_
#define IMAGO_EMBED_EVAL_SCENES_H_

// Whether an encoder knows what belongs to what: of a scene that the world maker drew from held-out
// combinations, the true caption or the wrong one of the same words.

#include <cstdint>
#include <string>
#include <vector>

#include "embed/encoder.h"
#include "embed/eval_photos.h"
#include "embed/world.h"

namespace imago {

struct SceneScore {
  SceneKind kind = SceneKind::kPlace;
  std::vector<uint8_t> right;  // for each scene: the true caption scores higher
  std::vector<uint8_t> blind;  // the same by the mean of all pictures, which sees no scene
};

// Scenes 0 to count - 1 of the test part, kind by kind.
absl::StatusOr<std::vector<SceneScore>> ScoreScenes(const Encoder& encoder, const World& world,
                                                    uint64_t count, const PhotoProgress& progress);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_SCENES_H_
