#ifndef IMAGO_EMBED_PAIR_PICTURES_H_
#define IMAGO_EMBED_PAIR_PICTURES_H_

// Pictures that are decoded once and kept small.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/image.h"
#include "embed/preprocess.h"
#include "embed/train_control.h"

namespace imago {

struct PictureLoad {
  std::string phase;  // for progress
  PreprocessOptions preprocess;
  int threads = 1;
};

// ResizeAndCrop of each file, in order, as bytes. kCancelled after control.stop; the first error of
// a file.
absl::StatusOr<std::vector<Image>> LoadPictures(const std::vector<std::string>& paths,
                                                const PictureLoad& load, TrainControl& control);

}  // namespace imago

#endif  // IMAGO_EMBED_PAIR_PICTURES_H_
