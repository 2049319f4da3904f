#include "embed/torch/relation_set.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "embed/stage.h"
#include "embed/torch/posterior_tower.h"
#include "embed/torch/train_sources.h"
#include "embed/train_texts.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr int kWords = 24;  // of a caption, in tokens
constexpr int64_t kTestScenes = 1200;
constexpr int64_t kPass = 64;

// Scenes of three worlds, a third of each: drawn shapes, pictures, people who do things. After each
// scene comes its counterpart.
struct Scenes {
  World shapes;
  World pictures;
  ScenePart part = ScenePart::kTrain;
  int64_t count = 0;  // even

  std::string Caption(int64_t i) const {
    return IsEvent(i) ? EventAt(i).scene.caption : At(i).caption;
  }
  absl::StatusOr<Image> Render(int64_t i, int size) const {
    if (IsEvent(i)) return RenderEventScene(EventAt(i).scene, size).image;
    return WorldOf(i).Render(At(i), size);
  }

 private:
  bool IsEvent(int64_t i) const { return i / 2 >= count / 3; }
  const World& WorldOf(int64_t i) const { return i / 2 < count / 6 ? shapes : pictures; }
  Scene At(int64_t i) const {
    Scene scene = WorldOf(i).Draw(part, static_cast<uint64_t>(i / 2));
    return i % 2 == 0 ? scene : World::Exchanged(std::move(scene));
  }
  EventPair EventAt(int64_t i) const {
    const EventPair pair = DrawEventPair(part, static_cast<uint64_t>(i / 2));
    return i % 2 == 0 ? pair : Exchanged(pair);
  }
};

// What the parts of the set are made with.
struct Maker {
  const TrainClipOptions& options;
  const TrainData& data;
  const StarterModel& model;
  const FrozenNetwork& network;
  TrainControl& control;
};

absl::StatusOr<World> WorldOfManifests(const TrainClipOptions& options) {
  std::vector<WorldPicture> all;
  std::vector<std::string> manifests = {options.manifest};
  manifests.insert(manifests.end(), options.also.begin(), options.also.end());
  for (const std::string& manifest : manifests) {
    const auto pictures = ReadWorldPictures(manifest);
    if (!pictures.ok()) return pictures.status();
    all.insert(all.end(), pictures->begin(), pictures->end());
  }
  return World::OfPictures(std::move(all));
}

// Maps before the network's last layer, and the rows that come of them.
absl::StatusOr<RelationPictures> LoadPictures(const Maker& maker, PictureViews views) {
  EfficientNetLite& trunk = *maker.network.trunk;
  const size_t block = trunk.blocks();
  views.cache_dir = CacheDir(maker.options);
  views.network = maker.network.name;
  views.size = maker.options.encode_size;
  const auto count = static_cast<int64_t>(views.paths.size());
  const Reporter maps_done(maker.control, "maps of " + views.name, count);
  auto maps =
      ComputeMaps(trunk, block, views, [&](int64_t done) { return maps_done.Report(done); });
  if (!maps.ok()) return maps.status();
  const Reporter rows_done(maker.control, "features of " + views.name, count);
  const auto features = ComputeFeaturesOfMaps(trunk, block, *maps, views,
                                              [&](int64_t done) { return rows_done.Report(done); });
  if (!features.ok()) return features.status();
  const torch::NoGradGuard no_grad;
  return RelationPictures{*std::move(maps), maker.model.head->Semantic(*features)};
}

torch::Tensor KeysOf(const std::vector<std::string>& texts) {
  std::map<std::string, int64_t> numbers;
  std::vector<int64_t> keys;
  for (const std::string& text : texts) {
    keys.push_back(numbers.emplace(text, static_cast<int64_t>(numbers.size())).first->second);
  }
  return torch::tensor(keys, torch::kInt64);
}

absl::StatusOr<RelationTexts> LoadTexts(const Maker& maker, const std::string& name,
                                        const std::vector<std::string>& texts) {
  const auto count = static_cast<int64_t>(texts.size());
  const Reporter done(maker.control, "words of " + name, count);
  auto words = EncodeWords(maker.data.sentences, texts, kWords, {CacheDir(maker.options), name},
                           [&](int64_t n) { return done.Report(n); });
  if (!words.ok()) return words.status();
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> rows;
  for (int64_t begin = 0; begin < count; begin += kPass) {
    const torch::Tensor some = torch::arange(begin, std::min(begin + kPass, count));
    rows.push_back(maker.model.centre->Forward(Bert::MeanOfWords(
        words->words.Rows(some).to(torch::kFloat32), words->lengths.index_select(0, some))));
  }
  return RelationTexts{std::move(words->words), words->lengths, torch::cat(rows), KeysOf(texts)};
}

absl::Status LoadScenes(const Maker& maker, const Scenes& scenes, RelationPictures& pictures,
                        RelationTexts& captions) {
  PictureViews views;
  views.name = scenes.part == ScenePart::kTrain ? "scenes-train" : "scenes-test";
  for (int64_t i = 0; i < scenes.count; ++i) views.paths.push_back(scenes.Caption(i));
  const std::vector<std::string> texts = views.paths;
  const int size = maker.options.encode_size;
  views.source = [&scenes, size](int64_t i) { return scenes.Render(i, size); };
  auto rendered = LoadPictures(maker, views);
  if (!rendered.ok()) return rendered.status();
  pictures = *std::move(rendered);
  auto said = LoadTexts(maker, views.name, texts);
  if (!said.ok()) return said.status();
  captions = *std::move(said);
  return absl::OkStatus();
}

absl::Status LoadPlain(const Maker& maker, RelationSet& set) {
  const auto photos = ReadManifest(maker.options.manifest, {"train", "train"});
  if (!photos.ok()) return photos.status();
  PictureViews views;
  views.name = "plain";
  views.paths = PathsIn(PhotosDir(maker.options), *photos);
  auto pictures = LoadPictures(maker, views);
  if (!pictures.ok()) return pictures.status();
  set.photos = *std::move(pictures);
  auto texts = LoadTexts(maker, "plain", FillTemplates(LabelTemplates(), DistinctLabels(*photos)));
  if (!texts.ok()) return texts.status();
  set.plain = *std::move(texts);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RelationData> LoadRelationData(const TrainClipOptions& options,
                                              const TrainData& data, const StarterModel& model,
                                              const std::string& tuning, TrainControl& control) {
  auto network = FrozenCopy(options, *data.lite.trunk);
  if (!network.ok()) return network.status();
  network->name += " tuned: " + tuning;
  auto pictures = WorldOfManifests(options);
  if (!pictures.ok()) return pictures.status();
  const Maker maker = {options, data, model, *network, control};
  RelationData relation;
  const Scenes train = {World(), *pictures, ScenePart::kTrain, options.relation_scenes / 2 * 2};
  auto status = LoadScenes(maker, train, relation.train.scenes, relation.train.captions);
  if (!status.ok()) return status;
  const Scenes test = {World(), *pictures, ScenePart::kTest, kTestScenes};
  status = LoadScenes(maker, test, relation.test_scenes, relation.test_captions);
  if (!status.ok()) return status;
  if (status = LoadPlain(maker, relation.train); !status.ok()) return status;
  relation.image_shape.in = relation.train.scenes.maps.Rows(torch::zeros({1})).size(3);
  relation.text_shape.in = relation.train.captions.rows.size(1);
  for (RelationShape* shape : {&relation.image_shape, &relation.text_shape}) {
    shape->width = options.relation_width;
    shape->layers = options.relation_layers;
    shape->out = relation.train.captions.rows.size(1);
  }
  return relation;
}

}  // namespace imago
