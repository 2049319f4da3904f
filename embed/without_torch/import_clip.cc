#include "embed/import_clip.h"

#include "fmt/format.h"

namespace imago {

absl::StatusOr<Bundle> ImportClip(const ImportClipOptions& options) {
  return absl::UnimplementedError(
      fmt::format("{}: importing needs a build with LibTorch", options.path));
}

}  // namespace imago
