#ifndef IMAGO_EMBED_WORLD_H_
#define IMAGO_EMBED_WORLD_H_

// The world maker: small pictures whose captions are exactly true, made from a seed. Each scene has
// two objects, told apart by what only one of them has or by where they stand, and besides its
// caption a wrong one of the same words, with the two exchanged.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/image.h"

namespace imago {

// Which of the two has which colour, size or number; which stands where.
enum class SceneKind { kColour, kSize, kNumber, kPlace };
std::string_view SceneKindName(SceneKind kind);

// Combinations of known words are held out of the training: some colours with some shapes, sizes
// and numbers with some things, some pairs of things as neighbours. A scene for training has none
// of those. A scene for tests has nothing else, and neither has its wrong caption: each of the two
// is as often the true one of some scene, so that nothing can be told from the captions alone.
enum class ScenePart { kTrain, kTest };

struct SceneObject {
  std::string name;
  int thing = 0;   // of World's
  int colour = 0;  // of the palette, where the thing is a shape
  int count = 1;
  double x = 0;  // of the centre; left and top are 0, the picture's side is 1
  double y = 0;
  double radius = 0;
};

struct Scene {
  SceneKind kind = SceneKind::kPlace;
  std::vector<SceneObject> objects;
  int background = 0;
  uint64_t seed = 0;  // of what the caption does not tell
  std::string caption;
  std::string wrong;
};

// A picture that can be put into scenes.
struct WorldPicture {
  std::string label;  // what it shows, as after "a "
  std::string path;
};

// Of a manifest (train_manifest.h) the pictures to train on whose label is one or two plain words.
absl::StatusOr<std::vector<WorldPicture>> ReadWorldPictures(const std::string& manifest);

class World {
 public:
  // Of drawn shapes in ten colours.
  World();
  // Of pictures: each label is one thing, in any of its pictures. kInvalidArgument for fewer than
  // ten labels.
  static absl::StatusOr<World> OfPictures(std::vector<WorldPicture> pictures);

  // Scene `number` of a part; the same number is the same scene.
  Scene Draw(ScenePart part, uint64_t number) const;
  // The same scene with the two exchanged, so that the wrong caption is the true one.
  static Scene Exchanged(Scene scene);
  // A square picture of `size` pixels. Errors are those of a thing's picture.
  absl::StatusOr<Image> Render(const Scene& scene, int size) const;

  size_t things() const { return names_.size(); }

 private:
  bool shapes() const { return paths_.empty(); }
  bool Fits(const Scene& scene, ScenePart part) const;
  Scene Try(SceneKind kind, uint64_t seed) const;

  std::vector<std::string> names_;               // of the things
  std::vector<std::vector<std::string>> paths_;  // of each thing's pictures
};

}  // namespace imago

#endif  // IMAGO_EMBED_WORLD_H_
