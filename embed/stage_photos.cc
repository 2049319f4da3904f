#include "embed/stage_photos.h"

#include <algorithm>

#include "embed/decode_image.h"
#include "embed/preprocess.h"
#include "embed/random.h"
#include "embed/world_draw.h"

namespace imago {
namespace {

constexpr uint64_t kBehind = 0xbac0;  // apart from what the scene itself draws by its seed

absl::StatusOr<Image> ReadSquare(const std::string& path, int size) {
  const auto decoded = DecodeImageFile(path);
  if (!decoded.ok()) return decoded.status();
  PreprocessOptions square;
  square.size = size;
  return ResizeAndCrop(decoded->image, square);
}

}  // namespace

const std::string& StagePhotos::Drawn(uint64_t seed) const {
  return paths_[Random(seed).Below(static_cast<int64_t>(paths_.size()))];
}

const std::string& StagePhotos::BehindScene(const EventScene& scene) const {
  return Drawn(scene.seed ^ kBehind);
}

absl::StatusOr<Image> StagePhotos::Render(const EventScene& scene, int size) const {
  const auto photo = ReadSquare(BehindScene(scene), size);
  if (!photo.ok()) return photo.status();
  return RenderEventScene(scene, size, &*photo).image;
}

std::array<std::string, 4> StagePhotos::InCollage(uint64_t number) const {
  std::array<std::string, 4> files;
  for (uint64_t i = 0; i < files.size(); ++i) files[i] = Drawn(files.size() * number + i);
  return files;
}

absl::StatusOr<Image> StagePhotos::Collage(uint64_t number, int size) const {
  Image all = PlainCanvas(size, {0, 0, 0});
  const int side = size / 2;
  const std::array<std::string, 4> files = InCollage(number);
  for (int quarter = 0; quarter < 4; ++quarter) {
    const auto photo = ReadSquare(files[quarter], side);
    if (!photo.ok()) return photo.status();
    for (int y = 0; y < side; ++y) {
      const int to = (y + quarter / 2 * side) * size + quarter % 2 * side;
      std::copy_n(photo->rgb.begin() + 3 * y * side, 3 * side, all.rgb.begin() + 3 * to);
    }
  }
  return all;
}

}  // namespace imago
