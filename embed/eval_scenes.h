#ifndef IMAGO_EMBED_EVAL_SCENES_H_
#define IMAGO_EMBED_EVAL_SCENES_H_

// Whether an encoder knows what belongs to what, and who does what to whom: of a scene that the
// world maker drew from held-out combinations, the true caption or one that is wrong in one
// respect.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "embed/encoder.h"
#include "embed/eval_photos.h"
#include "embed/world.h"

namespace imago {

// A scene for the test, drawn for one size of pictures.
struct TestScene {
  Image picture;
  std::string kind;  // "colour"
  std::string caption;
  std::string wrong;
};
using SceneSource = std::function<absl::StatusOr<TestScene>(uint64_t number, int size)>;
// Of the test part. `world` outlives the source.
SceneSource ScenesOf(const World& world);
// Kinds "event" and "roles": what the wrong caption is wrong in.
SceneSource EventScenes();

struct SceneScore {
  std::string kind;
  std::vector<uint8_t> right;  // for each scene: the true caption scores higher
  std::vector<uint8_t> blind;  // the same by the mean of all pictures, which sees no scene
};

// Scenes 0 to count - 1, kind by kind.
absl::StatusOr<std::vector<SceneScore>> ScoreScenes(const Encoder& encoder,
                                                    const SceneSource& source, uint64_t count,
                                                    const PhotoProgress& progress);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_SCENES_H_
