#include "embed/torch/tune.h"

#include <filesystem>
#include <set>

#include "embed/torch/train_sources.h"
#include "embed/train_texts.h"
#include "fmt/format.h"

namespace imago {
namespace {

// Drawings and the like, in views of their own.
absl::StatusOr<TuneKind> LoadKind(const std::string& manifest,
                                  const std::vector<LabelledPhoto>& pictures,
                                  const FrozenNetwork& network, const TrainClipOptions& options,
                                  TrainControl& control) {
  const std::filesystem::path dir = std::filesystem::path(manifest).parent_path();
  PictureViews views;
  views.paths = PathsIn(dir.string(), pictures);
  views.cache_dir = CacheDir(options);
  views.name = dir.filename().string();
  views.network = network.name;
  views.augment = DrawingAugment();
  auto maps = MapsToTrainOn(network, views, options.also_views, options, control);
  if (!maps.ok()) return maps.status();
  return TuneKind{*std::move(maps)};
}

}  // namespace

absl::StatusOr<TuneSet> LoadTuneSet(const TrainClipOptions& options, const TrainData& data,
                                    TrainControl& control) {
  const auto network = FrozenCopy(options, *data.lite.trunk);
  if (!network.ok()) return network.status();
  auto all = ReadManifest(options.manifest, {"train", "train"});
  if (!all.ok()) return all.status();
  TuneSet set;
  set.kinds.push_back({data.photo_maps});
  for (const std::string& manifest : options.also) {
    const auto pictures = ReadManifest(manifest, {"train", "train"});
    if (!pictures.ok()) return pictures.status();
    auto kind = LoadKind(manifest, *pictures, *network, options, control);
    if (!kind.ok()) return kind.status();
    set.kinds.push_back(*std::move(kind));
    all->insert(all->end(), pictures->begin(), pictures->end());
  }
  std::set<std::string> sources;
  for (const LabelledPhoto& picture : *all) sources.insert(picture.source);
  set.sources.assign(sources.begin(), sources.end());
  const std::vector<std::string> labels = DistinctLabels(*all);
  set.labels = LabelRows(*all, labels);
  const auto texts = Sentences(data.sentences, "pictures",
                               FillTemplates(PictureTemplates(), labels), options, control);
  if (!texts.ok()) return texts.status();
  set.label_texts = texts->view({static_cast<int64_t>(labels.size()), -1, texts->size(1)});
  return set;
}

TuneOptions MakeTuneOptions(const TrainClipOptions& options, const TuneSet& set,
                            const std::string& first) {
  TuneOptions tune;
  tune.steps = options.tune_steps;
  tune.from_block = static_cast<size_t>(options.tune_from);
  tune.trunk_rate = options.tune_rate;
  tune.head_rate = options.learning_rate / 2;
  tune.max_scale = options.max_logit_scale;
  tune.bfloat16 = UsesBfloat16(options);
  tune.settings = fmt::format(
      "{}; tuned from block {}, {} steps of {} beside collages, rate {}, on {} pictures in {} "
      "views, {} labels",
      first, options.tune_from, options.tune_steps, options.tune_batch, options.tune_rate,
      set.pictures(), options.also_views, set.label_texts.size(0));
  return tune;
}

}  // namespace imago
