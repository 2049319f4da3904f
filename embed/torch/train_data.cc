#include "embed/torch/train_data.h"

#include <set>

#include "embed/decode_image.h"
#include "embed/torch/picture_features.h"
#include "embed/torch/train_sources.h"
#include "embed/train_texts.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr int64_t kMaxTextFile = 64 << 20;
constexpr uint64_t kPairSeed = 1;  // not the run's: runs of other seeds use the same texts

PictureViews PhotoViews(const FrozenNetwork& network, const TrainClipOptions& options,
                        const std::vector<LabelledPhoto>& photos, const std::string& name) {
  PictureViews views;
  views.paths = PathsIn(PhotosDir(options), photos);
  views.cache_dir = CacheDir(options);
  views.name = name;
  views.network = network.name;
  views.size = options.encode_size;
  return views;
}

// As the encoder will see them.
absl::StatusOr<torch::Tensor> FeaturesAsTheyAre(const FrozenNetwork& network,
                                                const PictureViews& views, TrainControl& control) {
  const Reporter reporter(control, "features of " + views.name + " photos",
                          static_cast<int64_t>(views.paths.size()));
  return ComputeFeatures(*network.trunk, views,
                         [&](int64_t done) { return reporter.Report(done); });
}

// Of each view. Where the network will be tuned, by way of its maps, which are then there.
absl::StatusOr<torch::Tensor> FeaturesToTrainOn(const FrozenNetwork& network, PictureViews views,
                                                const TrainClipOptions& options,
                                                TrainControl& control, TrainData& data) {
  views.size = options.size;
  const bool tunes = options.tune_steps > 0;
  if (tunes) {
    auto maps = MapsToTrainOn(network, views, options.views, options, control);
    if (!maps.ok()) return maps.status();
    data.photo_maps = *std::move(maps);
  }
  const auto count = static_cast<int64_t>(views.paths.size());
  const Reporter reporter(control, "features of " + views.name + " photos", count * options.views);
  const auto block = static_cast<size_t>(options.tune_from);
  std::vector<torch::Tensor> all;
  for (views.view = 0; views.view < options.views; ++views.view) {
    const auto report = [&](int64_t done) { return reporter.Report(views.view * count + done); };
    auto rows = tunes ? ComputeFeaturesOfMaps(*network.trunk, block, data.photo_maps[views.view],
                                              views, report)
                      : ComputeFeatures(*network.trunk, views, report);
    if (!rows.ok()) return rows.status();
    all.push_back(*std::move(rows));
  }
  return torch::stack(all);
}

absl::StatusOr<torch::Tensor> CentralFeaturesOfTrain(const FrozenNetwork& network,
                                                     const std::vector<LabelledPhoto>& photos,
                                                     const TrainClipOptions& options,
                                                     TrainControl& control) {
  PictureViews views = PhotoViews(network, options, photos, "train");
  views.pooling = Pooling::kCentral;
  return FeaturesAsTheyAre(network, views, control);
}

absl::Status LoadNetworks(const TrainClipOptions& options, TrainData& data) {
  auto lite = LoadPretrainedLite(options.pretrained_dir, options.trunk);
  if (!lite.ok()) return lite.status();
  if (static_cast<size_t>(options.tune_from) > lite->trunk->blocks()) {
    return absl::InvalidArgumentError(fmt::format("tune_from is {}, {} has {} blocks",
                                                  options.tune_from, options.trunk,
                                                  lite->trunk->blocks()));
  }
  auto bert = LoadMiniLm(options.pretrained_dir);
  if (!bert.ok()) return bert.status();
  auto vocab = ReadFile(options.pretrained_dir + "/vocab.txt", kMaxTextFile);
  if (!vocab.ok()) return vocab.status();
  auto tokenizer = NewWordPieceTokenizer(*vocab);
  if (!tokenizer.ok()) return tokenizer.status();
  data.lite = *std::move(lite);
  data.vocab = *std::move(vocab);
  data.sentences = {*std::move(bert), *std::move(tokenizer)};
  return absl::OkStatus();
}

// A class is the unit mean of the vectors of its sentences.
absl::Status LoadClasses(const TrainClipOptions& options, TrainControl& control, TrainData& data) {
  const auto json = ReadFile(options.class_names, kMaxTextFile);
  if (!json.ok()) return json.status();
  const auto names = ParseClassNames(*json);
  if (!names.ok()) return names.status();
  const auto classes = data.lite.class_bias.size(0);
  if (static_cast<int64_t>(names->size()) != classes) {
    return absl::InvalidArgumentError(fmt::format("{} has {} names, the classifier {} classes",
                                                  options.class_names, names->size(), classes));
  }
  const auto rows = Sentences(data.sentences, "classes", FillTemplates(ClassTemplates(), *names),
                              options, control);
  if (!rows.ok()) return rows.status();
  data.init.class_weight = data.lite.class_weight;
  data.init.class_bias = data.lite.class_bias;
  data.init.class_texts =
      torch::nn::functional::normalize(rows->view({classes, -1, rows->size(1)}).mean(1));
  return absl::OkStatus();
}

absl::Status LoadPairs(const std::vector<std::string>& labels, const TrainClipOptions& options,
                       TrainControl& control, TrainData& data) {
  const torch::Tensor counts = CountLabels(data.train);
  const std::vector<LabelPair> pairs =
      DrawLabelPairs(labels, {counts.data_ptr<int64_t>(), labels.size()}, options.pairs, kPairSeed);
  std::vector<int64_t> sides;
  std::vector<std::string> texts;
  for (const LabelPair& pair : pairs) {
    sides.insert(sides.end(), {pair.first, pair.second});
    texts.push_back(pair.text);
  }
  const auto rows = Sentences(data.sentences, "pairs", texts, options, control);
  if (!rows.ok()) return rows.status();
  data.train.pair_texts = *rows;
  data.train.pair_labels = torch::tensor(sides, torch::kInt64).view({-1, 2});
  return absl::OkStatus();
}

absl::Status LoadTrain(const FrozenNetwork& network, const TrainClipOptions& options,
                       TrainControl& control, TrainData& data) {
  const auto photos = ReadManifest(options.manifest, {"train", "train"});
  if (!photos.ok()) return photos.status();
  if (photos->size() < static_cast<size_t>(options.batch)) {
    return absl::InvalidArgumentError(fmt::format("{} has {} photos to train on, a batch {}",
                                                  options.manifest, photos->size(), options.batch));
  }
  std::set<std::string> sources;
  for (const LabelledPhoto& photo : *photos) sources.insert(photo.source);
  data.sources.assign(sources.begin(), sources.end());
  const std::vector<std::string> labels = DistinctLabels(*photos);
  const auto texts = Sentences(data.sentences, "labels", FillTemplates(LabelTemplates(), labels),
                               options, control);
  if (!texts.ok()) return texts.status();
  data.train.label_texts = texts->view({static_cast<int64_t>(labels.size()), -1, texts->size(1)});
  data.train.labels = LabelRows(*photos, labels);
  if (auto status = LoadPairs(labels, options, control, data); !status.ok()) return status;
  auto features = FeaturesToTrainOn(network, PhotoViews(network, options, *photos, "train"),
                                    options, control, data);
  if (!features.ok()) return features.status();
  data.train.features = *std::move(features);
  auto central = CentralFeaturesOfTrain(network, *photos, options, control);
  if (!central.ok()) return central.status();
  data.train.central_features = *std::move(central);
  return absl::OkStatus();
}

absl::Status LoadTest(const FrozenNetwork& network, const TrainClipOptions& options,
                      TrainControl& control, TrainData& data) {
  const auto photos = ReadManifest(options.manifest, {"test", "train"});
  if (!photos.ok()) return photos.status();
  if (photos->empty()) return absl::OkStatus();
  const std::vector<std::string> labels = DistinctLabels(*photos);
  const auto names =
      Sentences(data.sentences, "test", FillTemplates(ClassTemplates().subspan(0, 1), labels),
                options, control);
  if (!names.ok()) return names.status();
  auto features =
      FeaturesAsTheyAre(network, PhotoViews(network, options, *photos, "test"), control);
  if (!features.ok()) return features.status();
  data.test = {*features, LabelRows(*photos, labels), *names};
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TrainData> LoadTrainData(const TrainClipOptions& options, TrainControl& control) {
  TrainData data;
  if (auto status = LoadNetworks(options, data); !status.ok()) return status;
  const auto network = FrozenCopy(options, *data.lite.trunk);
  if (!network.ok()) return network.status();
  if (auto status = LoadClasses(options, control, data); !status.ok()) return status;
  if (auto status = LoadTrain(*network, options, control, data); !status.ok()) return status;
  if (auto status = LoadTest(*network, options, control, data); !status.ok()) return status;
  data.settings = fmt::format("{}, {} photos, {} labels", network->name, data.train.labels.size(0),
                              data.train.label_texts.size(0));
  return data;
}

absl::Status LoadTunedFeatures(const std::string& tuning, const TrainClipOptions& options,
                               TrainControl& control, TrainData& data) {
  auto network = FrozenCopy(options, *data.lite.trunk);
  if (!network.ok()) return network.status();
  network->name += " tuned: " + tuning;
  const auto photos = ReadManifest(options.manifest, {"train", "train"});
  if (!photos.ok()) return photos.status();
  auto central = CentralFeaturesOfTrain(*network, *photos, options, control);
  if (!central.ok()) return central.status();
  data.train.central_features = *std::move(central);
  return LoadTest(*network, options, control, data);
}

}  // namespace imago
