#include "embed/torch/train_data.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "embed/decode_image.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/photo_features.h"
#include "embed/torch/torch_encoder.h"
#include "embed/train_manifest.h"
#include "embed/train_texts.h"
#include "fmt/format.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxTextFile = 64 << 20;
constexpr uint64_t kPairSeed = 1;  // not the run's: runs of other seeds use the same texts
constexpr uint64_t kViewSeed = 1;

// Passes on what is done, and ends the work when asked to.
class Reporter {
 public:
  Reporter(TrainControl& control, std::string phase, int64_t total)
      : control_(control), phase_(std::move(phase)), total_(total) {}

  absl::Status Report(int64_t done) const {
    if (control_.stop) return absl::CancelledError("stopped; run it again to go on");
    if (control_.on_progress) control_.on_progress({phase_, done, total_, 0, 0, 0});
    return absl::OkStatus();
  }

 private:
  TrainControl& control_;
  std::string phase_;
  int64_t total_;
};

std::string CacheDir(const TrainClipOptions& options) {
  return options.cache_dir.empty() ? options.run_dir + "/features" : options.cache_dir;
}

std::vector<std::string> Paths(const std::vector<LabelledPhoto>& photos,
                               const TrainClipOptions& options) {
  const fs::path dir = options.photos_dir.empty() ? fs::path(options.manifest).parent_path()
                                                  : fs::path(options.photos_dir);
  std::vector<std::string> paths;
  for (const LabelledPhoto& photo : photos) paths.push_back((dir / photo.file).string());
  return paths;
}

torch::Tensor LabelRows(const std::vector<LabelledPhoto>& photos,
                        const std::vector<std::string>& labels) {
  std::vector<int64_t> rows;
  for (const LabelledPhoto& photo : photos) {
    rows.push_back(std::lower_bound(labels.begin(), labels.end(), photo.label) - labels.begin());
  }
  return torch::tensor(rows, torch::kInt64);
}

// The frozen network as it computes features: another copy, since bf16 weights are not what is
// written into the bundle.
struct FeatureNetwork {
  std::shared_ptr<EfficientNetLite> trunk;
  std::string name;
};
absl::StatusOr<FeatureNetwork> MakeFeatureNetwork(const TrainClipOptions& options) {
  auto lite = LoadPretrainedLite(options.pretrained_dir, options.trunk);
  if (!lite.ok()) return lite.status();
  const bool half = options.precision == Precision::kBfloat16 ||
                    (options.precision == Precision::kAuto && CpuHasBfloat16());
  if (half) UseBfloat16(*lite->trunk);
  UseChannelsLast(*lite->trunk);
  return FeatureNetwork{lite->trunk, options.trunk + (half ? " bf16" : " f32")};
}

absl::StatusOr<torch::Tensor> Features(const FeatureNetwork& network, PhotoFeatures photos,
                                       int views, TrainControl& control) {
  const auto count = static_cast<int64_t>(photos.paths.size());
  const Reporter reporter(control, "features of " + photos.name + " photos", count * views);
  photos.network = network.name;
  photos.seed = kViewSeed;
  std::vector<torch::Tensor> all;
  for (photos.view = 0; photos.view < views; ++photos.view) {
    auto rows = ComputeFeatures(*network.trunk, photos, [&](int64_t done) {
      return reporter.Report(photos.view * count + done);
    });
    if (!rows.ok()) return rows.status();
    all.push_back(*std::move(rows));
  }
  return torch::stack(all);
}

absl::StatusOr<torch::Tensor> Sentences(const SentenceEncoder& encoder, const std::string& name,
                                        const std::vector<std::string>& texts,
                                        const TrainClipOptions& options, TrainControl& control) {
  const Reporter reporter(control, "texts of " + name, static_cast<int64_t>(texts.size()));
  return EncodeSentences(encoder, texts, {CacheDir(options), name},
                         [&](int64_t done) { return reporter.Report(done); });
}

absl::Status LoadNetworks(const TrainClipOptions& options, TrainData& data) {
  auto lite = LoadPretrainedLite(options.pretrained_dir, options.trunk);
  if (!lite.ok()) return lite.status();
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

absl::Status LoadTrain(const FeatureNetwork& network, const TrainClipOptions& options,
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
  PhotoFeatures job;
  job.paths = Paths(*photos, options);
  job.cache_dir = CacheDir(options);
  job.name = "train";
  job.size = options.size;
  auto features = Features(network, job, options.views, control);
  if (!features.ok()) return features.status();
  data.train.features = *std::move(features);
  job.pooling = Pooling::kCentral;
  auto central = Features(network, job, 1, control);
  if (!central.ok()) return central.status();
  data.train.central_features = central->squeeze(0);
  return absl::OkStatus();
}

absl::Status LoadTest(const FeatureNetwork& network, const TrainClipOptions& options,
                      TrainControl& control, TrainData& data) {
  const auto photos = ReadManifest(options.manifest, {"test", "train"});
  if (!photos.ok()) return photos.status();
  if (photos->empty()) return absl::OkStatus();
  const std::vector<std::string> labels = DistinctLabels(*photos);
  const auto names =
      Sentences(data.sentences, "test", FillTemplates(ClassTemplates().subspan(0, 1), labels),
                options, control);
  if (!names.ok()) return names.status();
  PhotoFeatures job;
  job.paths = Paths(*photos, options);
  job.cache_dir = CacheDir(options);
  job.name = "test";
  job.size = options.size;
  auto features = Features(network, job, 1, control);
  if (!features.ok()) return features.status();
  data.test = {features->select(0, 0), LabelRows(*photos, labels), *names};
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TrainData> LoadTrainData(const TrainClipOptions& options, TrainControl& control) {
  TrainData data;
  if (auto status = LoadNetworks(options, data); !status.ok()) return status;
  const auto network = MakeFeatureNetwork(options);
  if (!network.ok()) return network.status();
  if (auto status = LoadClasses(options, control, data); !status.ok()) return status;
  if (auto status = LoadTrain(*network, options, control, data); !status.ok()) return status;
  if (auto status = LoadTest(*network, options, control, data); !status.ok()) return status;
  data.settings = fmt::format("{}, {} photos, {} labels", network->name, data.train.labels.size(0),
                              data.train.label_texts.size(0));
  return data;
}

}  // namespace imago
