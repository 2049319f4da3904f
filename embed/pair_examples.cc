#include "embed/pair_examples.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "embed/pair_pictures.h"
#include "embed/random.h"
#include "embed/train_texts.h"
#include "fmt/format.h"
#include "storage/sha256.h"

namespace imago {
namespace {

constexpr uint64_t kSceneTexts = 2000;

std::vector<std::string> PathsOf(const std::string& manifest,
                                 const std::vector<LabelledPhoto>& photos) {
  const std::filesystem::path folder = std::filesystem::path(manifest).parent_path();
  std::vector<std::string> paths;
  for (const LabelledPhoto& photo : photos) paths.push_back((folder / photo.file).string());
  return paths;
}

absl::Span<const std::string_view> TemplatesOf(PairTexts texts) {
  if (texts == PairTexts::kPhotos) return LabelTemplates();
  if (texts == PairTexts::kPictures) return PictureTemplates();
  static constexpr std::string_view kName = "{}";
  return {&kName, 1};
}

std::optional<AugmentOptions> AugmentOf(PairAugment augment) {
  if (augment == PairAugment::kNone) return std::nullopt;
  return augment == PairAugment::kDrawings ? DrawingAugment() : AugmentOptions();
}

std::vector<double> RunningWeights(const std::vector<LabelledPhoto>& photos) {
  std::map<std::string, double> counts;
  for (const LabelledPhoto& photo : photos) ++counts[photo.label];
  std::vector<double> sums;
  double sum = 0;
  for (const LabelledPhoto& photo : photos)
    sums.push_back(sum += 1 / std::sqrt(counts[photo.label]));
  return sums;
}

size_t DrawFrom(const std::vector<double>& sums, Random& random) {
  return std::upper_bound(sums.begin(), sums.end() - 1, random.Uniform(0, sums.back())) -
         sums.begin();
}

// `count` of n positions, evenly spread.
std::vector<size_t> Spread(size_t n, size_t count) {
  std::vector<size_t> positions;
  for (size_t i = 0; i < std::min(n, count); ++i) positions.push_back(i * n / std::min(n, count));
  return positions;
}

}  // namespace

int64_t PairKey(std::string_view text) {
  // FNV-1a.
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) {
    hash = (hash ^ static_cast<uint8_t>(absl::ascii_tolower(c))) * 0x100000001b3u;
  }
  return static_cast<int64_t>(hash);
}

absl::StatusOr<PairExamples::Kind> PairExamples::LoadKind(const PairData& data,
                                                          const TrainPairOptions& options,
                                                          TrainControl& control) {
  if (data.manifest.empty()) {
    return absl::InvalidArgumentError("an entry of \"data\" has no manifest");
  }
  auto photos = ReadManifest(data.manifest, {});
  if (!photos.ok()) return photos.status();
  if (photos->empty()) {
    return absl::InvalidArgumentError(fmt::format("{} has no picture to train on", data.manifest));
  }
  PreprocessOptions kept = options.model.preprocess;
  kept.size = data.augment == PairAugment::kNone ? kept.size : options.cache_size;
  auto pictures = LoadPictures(PathsOf(data.manifest, *photos),
                               {"pictures of " + data.manifest, kept, options.threads}, control);
  if (!pictures.ok()) return pictures.status();
  Kind kind;
  kind.sums = RunningWeights(*photos);
  kind.photos = *std::move(photos);
  kind.pictures = *std::move(pictures);
  kind.texts = data.texts;
  kind.augment = AugmentOf(data.augment);
  return kind;
}

absl::StatusOr<PairExamples> PairExamples::Load(const TrainPairOptions& options,
                                                TrainControl& control) {
  PairExamples examples;
  examples.preprocess_ = options.model.preprocess;
  examples.seed_ = options.seed;
  double sum = 0;
  for (const PairData& data : options.data) {
    auto kind = LoadKind(data, options, control);
    if (!kind.ok()) return kind.status();
    examples.kinds_.push_back(*std::move(kind));
    examples.shares_.push_back(sum += data.share);
  }
  examples.scenes_share_ = options.scenes_share;
  if (options.scenes_share == 0) return examples;
  if (options.scenes_pictures.empty()) {
    examples.world_.emplace();
    return examples;
  }
  auto pictures = ReadWorldPictures(options.scenes_pictures);
  if (!pictures.ok()) return pictures.status();
  auto world = World::OfPictures(*std::move(pictures));
  if (!world.ok()) return world.status();
  examples.world_ = *std::move(world);
  return examples;
}

absl::StatusOr<PairExample> PairExamples::DrawScene(uint64_t number) const {
  const Scene scene = world_->Draw(ScenePart::kTrain, number);
  auto view = world_->Render(scene, preprocess_.size);
  if (!view.ok()) return view.status();
  return PairExample{*std::move(view), scene.caption, PairKey(scene.caption), scene.wrong,
                     PairKey(scene.wrong)};
}

absl::StatusOr<PairExample> PairExamples::Draw(int64_t step, int64_t index) const {
  Random of_step(Random(seed_).Next() ^ static_cast<uint64_t>(step));
  Random random(of_step.Next() ^ static_cast<uint64_t>(index));
  const auto scenes_before = [this](int64_t i) {
    return std::floor(static_cast<double>(i) * scenes_share_);
  };
  if (scenes_before(index + 1) > scenes_before(index)) return DrawScene(random.Next());
  const Kind& kind = kinds_[DrawFrom(shares_, random)];
  const size_t at = DrawFrom(kind.sums, random);
  const auto templates = TemplatesOf(kind.texts);
  const std::string& label = kind.photos[at].label;
  PairExample example;
  example.text = FillTemplate(templates[random.Below(templates.size())], {label});
  example.key = PairKey(label);
  example.view = kind.augment ? AugmentedView(kind.pictures[at], preprocess_.size, random.Next(),
                                              *kind.augment)
                              : kind.pictures[at];
  return example;
}

int64_t PairExamples::pictures() const {
  int64_t count = 0;
  for (const Kind& kind : kinds_) count += static_cast<int64_t>(kind.photos.size());
  return count;
}

std::vector<std::string> PairExamples::labels() const {
  std::vector<LabelledPhoto> all;
  for (const Kind& kind : kinds_) all.insert(all.end(), kind.photos.begin(), kind.photos.end());
  return DistinctLabels(all);
}

std::vector<std::string> PairExamples::sources() const {
  std::set<std::string> sources;
  for (const Kind& kind : kinds_) {
    for (const LabelledPhoto& photo : kind.photos) sources.insert(photo.source);
  }
  return {sources.begin(), sources.end()};
}

std::vector<std::string> PairExamples::Texts() const {
  std::vector<std::string> texts;
  for (const Kind& kind : kinds_) {
    const auto more = FillTemplates(TemplatesOf(kind.texts), DistinctLabels(kind.photos));
    texts.insert(texts.end(), more.begin(), more.end());
  }
  for (uint64_t i = 0; world_ && i < kSceneTexts; ++i) {
    texts.push_back(world_->Draw(ScenePart::kTrain, i).caption);
  }
  return texts;
}

std::string PairExamples::Fingerprint() const {
  std::string all;
  for (const Kind& kind : kinds_) {
    for (const LabelledPhoto& photo : kind.photos) all += photo.file + "\t" + photo.label + "\n";
  }
  return Sha256(all);
}

absl::StatusOr<HeldOutPictures> LoadHeldOut(const TrainPairOptions& options,
                                            TrainControl& control) {
  std::vector<LabelledPhoto> photos;
  std::vector<std::string> paths;
  for (const PairData& data : options.data) {
    const auto some = ReadManifest(data.manifest, {"test", "train"});
    if (!some.ok()) return some.status();
    const auto more = PathsOf(data.manifest, *some);
    photos.insert(photos.end(), some->begin(), some->end());
    paths.insert(paths.end(), more.begin(), more.end());
  }
  const std::vector<std::string> labels = DistinctLabels(photos);
  HeldOutPictures held_out;
  held_out.texts = FillTemplates(ClassTemplates().subspan(0, 1), labels);
  std::vector<std::string> chosen;
  for (const size_t i : Spread(photos.size(), options.held_out_pictures)) {
    chosen.push_back(paths[i]);
    held_out.labels.push_back(std::lower_bound(labels.begin(), labels.end(), photos[i].label) -
                              labels.begin());
  }
  auto pictures = LoadPictures(
      chosen, {"held-out pictures", options.model.preprocess, options.threads}, control);
  if (!pictures.ok()) return pictures.status();
  held_out.pictures = *std::move(pictures);
  return held_out;
}

}  // namespace imago
