#include "embed/eval_clip.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "embed/eval_photos.h"
#include "embed/eval_scenes.h"
#include "embed/eval_sets.h"
#include "embed/label_vectors.h"
#include "embed/prompt_bank.h"
#include "embed/retrieval_metrics.h"
#include "fmt/format.h"

namespace imago {
namespace {

// Of more labels than this an ensemble of 80 templates would take minutes.
constexpr size_t kMostLabelsForAll = 500;

using Hits = std::vector<uint8_t>;

// A set with its pictures' rows.
struct Encoded {
  LabelledSet set;
  PhotoEmbeddings pictures;
};

std::string InRoot(const EvalOptions& options, const std::string& relative) {
  return (std::filesystem::path(options.root) / relative).string();
}

void AddRecalls(const std::string& set, const std::string& name, const std::vector<size_t>& ranks,
                size_t candidates, const std::vector<size_t>& ks, EvalReport& report) {
  for (const size_t k : ks) {
    Metric& metric = report.metrics.emplace_back();
    metric.set = set;
    metric.name = fmt::format("{}{}", name, k);
    metric.value = RecallAt(ranks, k);
    metric.interval = WilsonInterval(metric.value, ranks.size());
    metric.chance = std::min(1.0, static_cast<double>(k) / static_cast<double>(candidates));
    metric.cases = ranks.size();
    metric.candidates = candidates;
  }
}

Matrix At(const Matrix& rows, const std::vector<uint32_t>& indices) {
  Matrix some(indices.size(), rows.cols());
  for (size_t i = 0; i < indices.size(); ++i) {
    std::copy_n(rows.row(indices[i]), rows.cols(), some.row(i));
  }
  return some;
}

template <typename T>
std::vector<T> At(const std::vector<T>& values, const std::vector<uint32_t>& indices) {
  std::vector<T> some;
  for (const uint32_t i : indices) some.push_back(values[i]);
  return some;
}

absl::Status EvaluateCaptions(const Encoder& encoder, const EvalOptions& options,
                              EvalReport& report) {
  const std::string name = "captioned-photos";
  const auto set = ReadCaptioned(InRoot(options, name));
  if (!set.ok()) return set.status();
  std::vector<std::vector<uint32_t>> photo_of;
  std::vector<std::vector<uint32_t>> captions_of(set->paths.size());
  for (uint32_t i = 0; i < set->captions.size(); ++i) {
    photo_of.push_back({set->picture_of[i]});
    captions_of[set->picture_of[i]].push_back(i);
  }
  const auto pictures = EncodePhotos(encoder, set->paths, {name, options.on_progress});
  if (!pictures.ok()) return pictures.status();
  const auto texts = EncodeTexts(encoder, set->captions);
  if (!texts.ok()) return texts.status();
  AddRecalls(name, "text to image R@", Ranks(Scores(*texts, pictures->rows), photo_of),
             set->paths.size(), {1, 5, 10}, report);
  AddRecalls(name, "image to text R@", Ranks(Scores(pictures->rows, *texts), captions_of),
             set->captions.size(), {1, 5, 10}, report);
  return absl::OkStatus();
}

// The rank of the right label for each of the pictures.
absl::StatusOr<std::vector<size_t>> LabelRanks(const Encoder& encoder, const Encoded& encoded,
                                               const std::vector<uint32_t>& pictures,
                                               const std::vector<std::string>& templates) {
  const auto labels = EncodeLabels(encoder, encoded.set.labels, templates);
  if (!labels.ok()) return labels.status();
  std::vector<std::vector<uint32_t>> right;
  for (const uint32_t picture : pictures) right.push_back({encoded.set.label_of[picture]});
  return Ranks(Scores(At(encoded.pictures.rows, pictures), *labels), right);
}

Hits FirstOf(const std::vector<size_t>& ranks) {
  Hits hits;
  for (const size_t rank : ranks) hits.push_back(rank == 0);
  return hits;
}

// Every picture of the set.
std::vector<uint32_t> All(const LabelledSet& set) {
  std::vector<uint32_t> all;
  for (uint32_t i = 0; i < set.size(); ++i) all.push_back(i);
  return all;
}

absl::Status EvaluatePrompts(const Encoder& encoder, const Encoded& encoded,
                             const std::vector<uint32_t>& pictures, EvalReport& report) {
  std::vector<std::string> names = {"name", "photo"};
  const std::string context = ContextOf(encoded.set.name);
  if (!context.empty()) names.push_back(context);
  names.push_back("best7");
  if (encoded.set.labels.size() <= kMostLabelsForAll) names.push_back("imagenet80");
  Hits bare;
  for (const std::string& name : names) {
    const auto ranks = LabelRanks(encoder, encoded, pictures, TemplatesOf(name).value());
    if (!ranks.ok()) return ranks.status();
    const Hits hits = FirstOf(*ranks);
    if (bare.empty()) bare = hits;
    PromptScore& score = report.prompts.emplace_back();
    score.set = encoded.set.name;
    score.prompts = name;
    score.top1 = Share(hits);
    score.interval = WilsonInterval(score.top1, hits.size());
    score.gain = score.top1 - Share(bare);
    score.gain_interval = PairedInterval(hits, bare);
    score.cases = hits.size();
    score.labels = encoded.set.labels.size();
  }
  return absl::OkStatus();
}

// Where the set has pictures to train a probe on.
absl::Status EvaluateProbe(const Encoder& encoder, const EvalOptions& options,
                           const Encoded& encoded, EvalReport& report) {
  const std::vector<uint32_t> held = encoded.set.Held();
  if (options.linear_probe == nullptr || held.empty() || held.size() == encoded.set.size())
    return absl::OkStatus();
  const std::vector<uint32_t> train = encoded.set.Known();
  const std::vector<int> labels(encoded.set.label_of.begin(), encoded.set.label_of.end());
  const Matrix train_rows = At(encoded.pictures.rows, train);
  const Matrix test_rows = At(encoded.pictures.rows, held);
  const auto probe =
      options.linear_probe({train_rows, At(labels, train), test_rows, At(labels, held)});
  if (!probe.ok()) return probe.status();
  const auto ranks = LabelRanks(encoder, encoded, held, {options.label_template});
  if (!ranks.ok()) return ranks.status();
  ProbeScore& score = report.probes.emplace_back();
  score.set = encoded.set.name;
  score.probe = Share(probe->hits);
  score.probe_interval = WilsonInterval(score.probe, held.size());
  score.zero_shot = Share(FirstOf(*ranks));
  score.zero_shot_interval = WilsonInterval(score.zero_shot, held.size());
  score.strength = probe->strength;
  score.trained_on = train.size();
  score.cases = held.size();
  score.labels = encoded.set.labels.size();
  return absl::OkStatus();
}

// Zero-shot classification of the pictures named, and the rest that was asked for.
absl::Status EvaluateLabelled(const Encoder& encoder, const EvalOptions& options,
                              const Encoded& encoded, const std::vector<uint32_t>& pictures,
                              EvalReport& report) {
  const auto ranks = LabelRanks(encoder, encoded, pictures, {options.label_template});
  if (!ranks.ok()) return ranks.status();
  AddRecalls(encoded.set.name, "zero-shot top-", *ranks, encoded.set.labels.size(), {1, 5}, report);
  if (options.prompts) {
    if (auto status = EvaluatePrompts(encoder, encoded, pictures, report); !status.ok()) {
      return status;
    }
  }
  return EvaluateProbe(encoder, options, encoded, report);
}

absl::Status EvaluateManifest(const Encoder& encoder, const EvalOptions& options,
                              const std::string& path, EvalReport& report) {
  auto sets = ReadHeldOut(path);
  if (!sets.ok()) return sets.status();
  for (LabelledSet& set : *sets) {
    auto pictures = EncodePhotos(encoder, set.paths, {set.name, options.on_progress});
    if (!pictures.ok()) return pictures.status();
    const Encoded encoded = {std::move(set), *std::move(pictures)};
    // No encoder was trained on these, so all of them measure zero-shot classification.
    auto status = EvaluateLabelled(encoder, options, encoded, All(encoded.set), report);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void AddNeighbours(const Encoded& encoded, const std::string& column, EvalReport& report) {
  const std::vector<uint32_t> asked = encoded.set.Held();
  const std::vector<uint32_t> known = encoded.set.Known();
  const std::vector<int> labels(encoded.set.label_of.begin(), encoded.set.label_of.end());
  const std::vector<int> asked_labels = At(labels, asked);
  const std::vector<int> known_labels = At(labels, known);
  const auto scores = [&](const Matrix& rows) { return Scores(At(rows, asked), At(rows, known)); };
  const Matrix by_row = scores(encoded.pictures.rows);
  const Matrix by_colour = scores(encoded.pictures.histograms);
  for (const size_t k : {1, 5}) {
    Metric& metric = report.metrics.emplace_back();
    metric.set = "grocery-photos";
    metric.name = k == 1 ? fmt::format("image to image 1-NN, {}", column)
                         : fmt::format("image to image precision@{}, {}", k, column);
    metric.value = PrecisionAt(by_row, asked_labels, known_labels, k);
    metric.interval = WilsonInterval(metric.value, asked.size());
    metric.chance = ChancePrecision(asked_labels, known_labels);
    metric.baseline = PrecisionAt(by_colour, asked_labels, known_labels, k);
    metric.cases = asked.size();
    metric.candidates = known.size();
  }
}

absl::Status EvaluateGroceries(const Encoder& encoder, const EvalOptions& options,
                               EvalReport& report) {
  const std::string name = "grocery-photos";
  PhotoEmbeddings pictures;
  for (const std::string column : {"fine", "coarse"}) {
    auto set = ReadLabelled(InRoot(options, name), column);
    if (!set.ok()) return set.status();
    if (pictures.rows.rows() == 0) {
      auto rows = EncodePhotos(encoder, set->paths, {name, options.on_progress});
      if (!rows.ok()) return rows.status();
      pictures = *std::move(rows);
    }
    const Encoded encoded = {*std::move(set), pictures};
    AddNeighbours(encoded, column, report);
    auto status = EvaluateLabelled(encoder, options, encoded, encoded.set.Held(), report);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void AddScenes(const std::string& set, const std::vector<SceneScore>& scores, EvalReport& report) {
  for (const SceneScore& score : scores) {
    for (const bool sees : {true, false}) {
      Metric& metric = report.metrics.emplace_back();
      metric.set = set;
      metric.name = fmt::format("right caption of two, {}{}", score.kind, sees ? "" : ", blind");
      metric.value = Share(sees ? score.right : score.blind);
      metric.interval = WilsonInterval(metric.value, score.right.size());
      metric.chance = 0.5;
      metric.cases = score.right.size();
      metric.candidates = 2;
    }
  }
}

absl::Status EvaluateScenes(const Encoder& encoder, const EvalOptions& options,
                            EvalReport& report) {
  std::vector<WorldPicture> pictures;
  for (const std::string& manifest : options.also) {
    const auto some = ReadWorldPictures(manifest);
    if (!some.ok()) return some.status();
    pictures.insert(pictures.end(), some->begin(), some->end());
  }
  const World shapes;
  const auto composed = World::OfPictures(std::move(pictures));
  std::vector<std::pair<std::string, SceneSource>> sources = {
      {"scenes of shapes", ScenesOf(shapes)}, {"scenes of events", EventScenes()}};
  if (composed.ok()) sources.push_back({"scenes of pictures", ScenesOf(*composed)});
  for (const auto& [name, source] : sources) {
    const auto scores = ScoreScenes(encoder, source, options.scenes, {name, options.on_progress});
    if (!scores.ok()) return scores.status();
    AddScenes(name, *scores, report);
  }
  return absl::OkStatus();
}

absl::Status EvaluateSet(const Encoder& encoder, const EvalOptions& options, const std::string& set,
                         EvalReport& report) {
  if (set == "captioned-photos") return EvaluateCaptions(encoder, options, report);
  if (set == "grocery-photos") return EvaluateGroceries(encoder, options, report);
  return EvaluateManifest(encoder, options, InRoot(options, set + "/photos.tsv"), report);
}

}  // namespace

absl::StatusOr<EvalReport> EvaluateClip(const Encoder& encoder, const EvalOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const size_t hole = options.label_template.find("{}");
  if (hole == std::string::npos ||
      options.label_template.find("{}", hole + 2) != std::string::npos) {
    return absl::InvalidArgumentError(
        fmt::format("template \"{}\" must have {{}} exactly once", options.label_template));
  }
  EvalReport report;
  report.model = encoder.model();
  for (const std::string set : {"captioned-photos", "labelled-photos", "grocery-photos"}) {
    if (!std::filesystem::is_directory(InRoot(options, set))) {
      report.absent.push_back(set);
      continue;
    }
    const absl::Status status = EvaluateSet(encoder, options, set, report);
    if (!status.ok()) return status;
  }
  for (const std::string& manifest : options.also) {
    const absl::Status status = EvaluateManifest(encoder, options, manifest, report);
    if (!status.ok()) return status;
  }
  if (options.scenes > 0) {
    if (auto status = EvaluateScenes(encoder, options, report); !status.ok()) return status;
  }
  if (report.metrics.empty()) {
    return absl::NotFoundError(fmt::format(
        "{} has none of captioned-photos, labelled-photos, grocery-photos", options.root));
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace imago
