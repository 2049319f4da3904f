#include "embed/torch/tune.h"

#include <filesystem>
#include <set>

#include "embed/torch/train_sources.h"
#include "embed/train_texts.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace imago {

absl::StatusOr<TuneSet> LoadTuneSet(const TrainClipOptions& options,
                                    const SentenceEncoder& sentences, TrainControl& control) {
  TuneSet set;
  std::vector<LabelledPhoto> all;
  std::vector<std::string> manifests = {options.manifest};
  manifests.insert(manifests.end(), options.also.begin(), options.also.end());
  for (const std::string& manifest : manifests) {
    const auto pictures = ReadManifest(manifest, {"train", "train"});
    if (!pictures.ok()) return pictures.status();
    const std::string dir = set.kind_counts.empty()
                                ? PhotosDir(options)
                                : std::filesystem::path(manifest).parent_path().string();
    const std::vector<std::string> paths = PathsIn(dir, *pictures);
    set.paths.insert(set.paths.end(), paths.begin(), paths.end());
    set.kind_counts.push_back(static_cast<int64_t>(pictures->size()));
    all.insert(all.end(), pictures->begin(), pictures->end());
  }
  std::set<std::string> sources;
  for (const LabelledPhoto& picture : all) sources.insert(picture.source);
  set.sources.assign(sources.begin(), sources.end());
  const std::vector<std::string> labels = DistinctLabels(all);
  set.labels = LabelRows(all, labels);
  const auto texts =
      Sentences(sentences, "pictures", FillTemplates(PictureTemplates(), labels), options, control);
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
  tune.settings =
      fmt::format("{}; tuned from block {}, {} steps of {}, rate {}, on [{}] pictures, {} labels",
                  first, options.tune_from, options.tune_steps, options.tune_batch,
                  options.tune_rate, fmt::join(set.kind_counts, ", "), set.label_texts.size(0));
  return tune;
}

}  // namespace imago
