#include "embed/torch/grown_maps.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "embed/torch/train_sources.h"
#include "fmt/format.h"
#include "storage/sha256.h"

namespace imago {

absl::StatusOr<RowFiles> GrownMaps::Of(PictureViews views) const {
  EfficientNetLite& trunk = *network.image->trunk;
  // Not the bundle's id, which changes with all that grows and changes no map.
  const auto weights = Sha256File(network.bundle.dir + "/weights.safetensors");
  if (!weights.ok()) return weights.status();
  views.cache_dir = cache_dir;
  views.network =
      fmt::format("{} {}", *weights, trunk.ParametersFrom(trunk.blocks()).front().dtype().name());
  views.size = size();
  const Reporter reporter(control, "maps of " + views.name,
                          static_cast<int64_t>(views.paths.size()));
  return ComputeMaps(trunk, trunk.blocks(), views,
                     [&](int64_t done) { return reporter.Report(done); });
}

absl::StatusOr<std::vector<std::string>> PathsOfManifests(const std::vector<std::string>& manifests,
                                                          const ManifestPart& part, int64_t most) {
  std::vector<std::string> all;
  for (const std::string& manifest : manifests) {
    const auto pictures = ReadManifest(manifest, part);
    if (!pictures.ok()) return pictures.status();
    const std::vector<std::string> paths =
        PathsIn(std::filesystem::path(manifest).parent_path().string(), *pictures);
    all.insert(all.end(), paths.begin(), paths.end());
  }
  if (all.empty()) {
    return absl::InvalidArgumentError(fmt::format(
        "the manifests have no picture of split \"{}\" for use \"{}\"", part.split, part.use));
  }
  std::vector<std::string> some;
  const auto count = static_cast<int64_t>(all.size());
  const int64_t kept = std::min(count, most);
  for (int64_t i = 0; i < kept; ++i) some.push_back(all[i * count / kept]);
  return some;
}

absl::StatusOr<RowFiles> GrownMaps::OfManifests(const std::string& name,
                                                const std::vector<std::string>& manifests,
                                                const ManifestPart& part, int64_t most) const {
  auto paths = PathsOfManifests(manifests, part, most);
  if (!paths.ok()) return paths.status();
  PictureViews views;
  views.name = name;
  views.paths = *std::move(paths);
  return Of(std::move(views));
}

}  // namespace imago
