#include "embed/torch/relation_set.h"

#include <algorithm>
#include <utility>

#include "embed/torch/grown_maps.h"
#include "embed/world.h"
#include "fmt/format.h"

namespace imago {
namespace {

// Scenes of two worlds, half of each; after each scene comes its counterpart.
struct Scenes {
  const World& shapes;
  const World& pictures;
  ScenePart part = ScenePart::kTrain;
  int64_t count = 0;  // even

  Scene At(int64_t i) const {
    Scene scene = WorldOf(i).Draw(part, static_cast<uint64_t>(i / 2));
    return i % 2 == 0 ? scene : World::Exchanged(std::move(scene));
  }
  absl::StatusOr<Image> Render(int64_t i, int size) const { return WorldOf(i).Render(At(i), size); }
  std::string Kind(int64_t i, const Scene& scene) const {
    return fmt::format("{} {}", OfShapes(i) ? "shapes" : "pictures", SceneKindName(scene.kind));
  }

 private:
  bool OfShapes(int64_t i) const { return i / 2 < count / 4; }
  const World& WorldOf(int64_t i) const { return OfShapes(i) ? shapes : pictures; }
};

absl::StatusOr<World> WorldOfManifests(const std::vector<std::string>& manifests) {
  std::vector<WorldPicture> all;
  for (const std::string& manifest : manifests) {
    const auto pictures = ReadWorldPictures(manifest);
    if (!pictures.ok()) return pictures.status();
    all.insert(all.end(), pictures->begin(), pictures->end());
  }
  return World::OfPictures(std::move(all));
}

// What comes of the maps: rows of the part that texts share and, where asked for, meanings of
// parts.
torch::Tensor RowsOf(PosteriorTower& tower, const RowFiles& maps, torch::Tensor* parts) {
  constexpr int64_t kPass = 64;
  const torch::NoGradGuard no_grad;
  const torch::ScalarType type =
      tower.trunk->ParametersFrom(tower.trunk->blocks()).front().scalar_type();
  const int64_t width = tower.head->shape().width;
  std::vector<torch::Tensor> rows;
  std::vector<torch::Tensor> all_parts;
  for (int64_t begin = 0; begin < maps.count(); begin += kPass) {
    const torch::Tensor some = torch::arange(begin, std::min(begin + kPass, maps.count()));
    torch::Tensor of_pass;
    rows.push_back(
        tower.RowsOf(MapsOf(maps, some).to(type), parts ? &of_pass : nullptr).narrow(1, 0, width));
    if (parts != nullptr) all_parts.push_back(of_pass.to(torch::kFloat16));
  }
  if (parts != nullptr) *parts = torch::cat(all_parts);
  return torch::nn::functional::normalize(torch::cat(rows).to(torch::kFloat32));
}

absl::StatusOr<RelationScenes> LoadScenes(const GrownMaps& maker, const Scenes& scenes) {
  PictureViews views;
  views.name = scenes.part == ScenePart::kTrain ? "scenes-train" : "scenes-test";
  RelationScenes out;
  for (int64_t i = 0; i < scenes.count; ++i) {
    const Scene scene = scenes.At(i);
    views.paths.push_back(scene.caption);
    out.kinds.push_back(scenes.Kind(i, scene));
  }
  out.captions = SplitTexts(views.paths, [&](const std::vector<std::string>& texts) {
    return TextRows(maker.network, texts);
  });
  const int size = maker.size();
  views.source = [&scenes, size](int64_t i) { return scenes.Render(i, size); };
  auto maps = maker.Of(std::move(views));
  if (!maps.ok()) return maps.status();
  out.pictures.rows = RowsOf(*maker.network.image, *maps, &out.pictures.parts);
  out.pictures.maps = *std::move(maps);
  return out;
}

}  // namespace

absl::StatusOr<RelationData> LoadRelationData(const TrainRelationsOptions& options,
                                              const OpenStarter& network, TrainControl& control) {
  const GrownMaps maker = {
      network, options.cache_dir.empty() ? options.run_dir + "/features" : options.cache_dir,
      control};
  const World shapes;
  const auto pictures = WorldOfManifests(options.manifests);
  if (!pictures.ok()) return pictures.status();
  RelationData data;
  const auto whole = [](int64_t count) { return count / 4 * 4; };
  auto scenes = LoadScenes(maker, {shapes, *pictures, ScenePart::kTrain, whole(options.scenes)});
  if (!scenes.ok()) return scenes.status();
  data.train = *std::move(scenes);
  auto tests = LoadScenes(maker, {shapes, *pictures, ScenePart::kTest, whole(options.tests)});
  if (!tests.ok()) return tests.status();
  data.tests = *std::move(tests);
  auto photos = maker.OfManifests("plain", options.manifests, {"train", "train"}, options.photos);
  if (!photos.ok()) return photos.status();
  data.photos = RowsOf(*network.image, *photos, nullptr);
  return data;
}

}  // namespace imago
