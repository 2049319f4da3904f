#include "embed/eval_clip.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <numeric>
#include <utility>

#include "embed/eval_captions.h"
#include "embed/eval_labelled.h"
#include "embed/eval_parts.h"
#include "embed/eval_photos.h"
#include "embed/eval_scenes.h"
#include "embed/eval_sets.h"
#include "embed/retrieval_metrics.h"
#include "fmt/format.h"

namespace imago {
namespace {

std::string InRoot(const EvalOptions& options, const std::string& relative) {
  return (std::filesystem::path(options.root) / relative).string();
}

// Every picture of the set.
std::vector<uint32_t> All(const LabelledSet& set) {
  std::vector<uint32_t> all(set.size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

absl::Status EvaluateManifest(const Encoder& encoder, const EvalOptions& options,
                              const std::string& path, EvalReport& report) {
  auto sets = ReadHeldOut(path);
  if (!sets.ok()) return sets.status();
  for (LabelledSet& set : *sets) {
    auto pictures = EncodePhotos(encoder, set.paths, {set.name, options.on_progress});
    if (!pictures.ok()) return pictures.status();
    const EncodedSet encoded = {std::move(set), *std::move(pictures)};
    // No encoder was trained on these, so all of them measure zero-shot classification.
    auto status = EvaluateLabelled(encoder, options, encoded, All(encoded.set), report);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void AddNeighbours(const EncodedSet& encoded, const std::string& column, EvalReport& report) {
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
    const EncodedSet encoded = {*std::move(set), pictures};
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
  if (set == kCaptioned) return EvaluateCaptions(encoder, options, InRoot(options, set), report);
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
  for (const std::string set : {kCaptioned, "labelled-photos", "grocery-photos"}) {
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
