#ifndef IMAGO_EMBED_STAGE_PHOTOS_H_
#define IMAGO_EMBED_STAGE_PHOTOS_H_

// Photos in which nothing happens, to learn from beside event scenes (stage.h): behind what
// happens, so that it is not told by how drawings look, and four in one picture, which is as full
// and as sharp as photos of events are.

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/stage.h"

namespace imago {

class StagePhotos {
 public:
  // Of files, at least one.
  explicit StagePhotos(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  // The file that is behind a scene; the same one behind its counterpart.
  const std::string& BehindScene(const EventScene& scene) const;
  // The scene before that photo, size x size. Errors as DecodeImageFile.
  absl::StatusOr<Image> Render(const EventScene& scene, int size) const;
  // Four of the photos in the quarters of a picture; the same number gives the same.
  absl::StatusOr<Image> Collage(uint64_t number, int size) const;
  std::array<std::string, 4> InCollage(uint64_t number) const;  // their files

 private:
  const std::string& Drawn(uint64_t seed) const;

  std::vector<std::string> paths_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_STAGE_PHOTOS_H_
