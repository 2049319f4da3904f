#ifndef IMAGO_EMBED_TORCH_GROWN_MAPS_H_
#define IMAGO_EMBED_TORCH_GROWN_MAPS_H_

// The maps before a starter network's last layer, which what grows on it reads.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/torch/grown_bundle.h"
#include "embed/torch/picture_features.h"
#include "embed/torch/row_cache.h"
#include "embed/train_control.h"
#include "embed/train_manifest.h"

namespace imago {

// The paths of at most `most` pictures of this part, evenly from all manifests. kInvalidArgument
// where there are none.
absl::StatusOr<std::vector<std::string>> PathsOfManifests(const std::vector<std::string>& manifests,
                                                          const ManifestPart& part, int64_t most);

struct GrownMaps {
  const OpenStarter& network;  // whose weights may be rounded
  std::string cache_dir;
  TrainControl& control;

  int size() const { return network.bundle.config.preprocess.size; }
  // f16 [views.paths, h, w, channels] of views that have a name and paths or a source.
  absl::StatusOr<RowFiles> Of(PictureViews views) const;
  // Of PathsOfManifests.
  absl::StatusOr<RowFiles> OfManifests(const std::string& name,
                                       const std::vector<std::string>& manifests,
                                       const ManifestPart& part, int64_t most) const;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_GROWN_MAPS_H_
