#include "embed/torch/train_sources.h"

#include <algorithm>
#include <filesystem>

#include "embed/torch/clip_model.h"
#include "embed/torch/torch_encoder.h"

namespace imago {

absl::Status Reporter::Report(int64_t done) const {
  if (control_.stop) return absl::CancelledError("stopped; run it again to go on");
  if (control_.on_progress) control_.on_progress({phase_, done, total_, 0, 0, 0});
  return absl::OkStatus();
}

std::string CacheDir(const TrainClipOptions& options) {
  return options.cache_dir.empty() ? options.run_dir + "/features" : options.cache_dir;
}

std::string PhotosDir(const TrainClipOptions& options) {
  return options.photos_dir.empty() ? std::filesystem::path(options.manifest).parent_path().string()
                                    : options.photos_dir;
}

std::vector<std::string> PathsIn(const std::string& dir, const std::vector<LabelledPhoto>& photos) {
  std::vector<std::string> paths;
  for (const LabelledPhoto& photo : photos) {
    paths.push_back((std::filesystem::path(dir) / photo.file).string());
  }
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

absl::StatusOr<torch::Tensor> Sentences(const SentenceEncoder& encoder, const std::string& name,
                                        const std::vector<std::string>& texts,
                                        const TrainClipOptions& options, TrainControl& control) {
  const Reporter reporter(control, "texts of " + name, static_cast<int64_t>(texts.size()));
  return EncodeSentences(encoder, texts, {CacheDir(options), name},
                         [&](int64_t done) { return reporter.Report(done); });
}

bool UsesBfloat16(const TrainClipOptions& options) {
  return options.precision == Precision::kBfloat16 ||
         (options.precision == Precision::kAuto && CpuHasBfloat16());
}

absl::StatusOr<FrozenNetwork> FrozenCopy(const TrainClipOptions& options,
                                         const EfficientNetLite& trunk) {
  auto lite = LoadPretrainedLite(options.pretrained_dir, options.trunk);
  if (!lite.ok()) return lite.status();
  const torch::NoGradGuard no_grad;
  const auto sources = WeightsByName(trunk);
  for (auto& [name, target] : WeightsByName(*lite->trunk)) target.copy_(sources.at(name));
  const bool rounded = UsesBfloat16(options);
  if (rounded) UseBfloat16(*lite->trunk);
  UseChannelsLast(*lite->trunk);
  return FrozenNetwork{lite->trunk, options.trunk + (rounded ? " bf16" : " f32")};
}

absl::StatusOr<std::vector<RowFiles>> MapsToTrainOn(const FrozenNetwork& network,
                                                    PictureViews views, int count,
                                                    const TrainClipOptions& options,
                                                    TrainControl& control) {
  const auto pictures = static_cast<int64_t>(views.paths.size());
  const Reporter reporter(control, "maps of " + views.name + " pictures", pictures * count);
  views.size = options.size;
  std::vector<RowFiles> maps;
  for (views.view = 0; views.view < count; ++views.view) {
    auto files =
        ComputeMaps(*network.trunk, static_cast<size_t>(options.tune_from), views,
                    [&](int64_t done) { return reporter.Report(views.view * pictures + done); });
    if (!files.ok()) return files.status();
    maps.push_back(*std::move(files));
  }
  return maps;
}

}  // namespace imago
