#include "embed/eval_clip.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>

#include "embed/eval_photos.h"
#include "embed/retrieval_metrics.h"
#include "embed/tsv.h"
#include "fmt/format.h"

namespace imago {
namespace {

// Numbers for names, in order of name.
class Labels {
 public:
  explicit Labels(std::set<std::string> names) : names_(names.begin(), names.end()) {}
  const std::vector<std::string>& names() const { return names_; }
  uint32_t Number(const std::string& name) const {
    return static_cast<uint32_t>(std::lower_bound(names_.begin(), names_.end(), name) -
                                 names_.begin());
  }

 private:
  std::vector<std::string> names_;
};

std::string Path(const EvalOptions& options, const std::string& relative) {
  return (std::filesystem::path(options.root) / relative).string();
}

std::set<std::string> Distinct(const std::vector<TsvRow>& rows, const std::string& column) {
  std::set<std::string> values;
  for (const TsvRow& row : rows) values.insert(row.at(column));
  return values;
}

void AddRecalls(const std::string& set, const std::string& name, const std::vector<size_t>& ranks,
                size_t candidates, const std::vector<size_t>& ks, EvalReport& report) {
  for (const size_t k : ks) {
    Metric& metric = report.metrics.emplace_back();
    metric.set = set;
    metric.name = fmt::format("{}{}", name, k);
    metric.value = RecallAt(ranks, k);
    metric.chance = std::min(1.0, static_cast<double>(k) / static_cast<double>(candidates));
    metric.cases = ranks.size();
    metric.candidates = candidates;
  }
}

std::vector<std::string> Prompts(const EvalOptions& options, const Labels& labels) {
  std::vector<std::string> prompts;
  for (const std::string& name : labels.names()) {
    prompts.push_back(fmt::format(fmt::runtime(options.label_template), name));
  }
  return prompts;
}

struct ZeroShotSet {
  std::string name;
  std::string dir;  // of the files
  std::vector<TsvRow> rows;
};

absl::Status EvaluateCaptions(const Encoder& encoder, const EvalOptions& options,
                              EvalReport& report) {
  const std::string set = "captioned-photos";
  const auto rows = ReadTsv(Path(options, set + "/captions.tsv"), {"file", "caption"});
  if (!rows.ok()) return rows.status();
  const Labels photos(Distinct(*rows, "file"));
  std::vector<std::string> paths;
  for (const std::string& file : photos.names()) {
    paths.push_back(Path(options, set + "/images/" + file));
  }
  std::vector<std::string> captions;
  std::vector<std::vector<uint32_t>> photo_of;
  std::vector<std::vector<uint32_t>> captions_of(photos.names().size());
  for (const TsvRow& row : *rows) {
    const uint32_t photo = photos.Number(row.at("file"));
    captions_of[photo].push_back(static_cast<uint32_t>(captions.size()));
    captions.push_back(row.at("caption"));
    photo_of.push_back({photo});
  }
  const auto pictures = EncodePhotos(encoder, paths, {set, options.on_progress});
  if (!pictures.ok()) return pictures.status();
  const auto texts = EncodeTexts(encoder, captions);
  if (!texts.ok()) return texts.status();
  AddRecalls(set, "text to image R@", Ranks(Scores(*texts, pictures->rows), photo_of), paths.size(),
             {1, 5, 10}, report);
  AddRecalls(set, "image to text R@", Ranks(Scores(pictures->rows, *texts), captions_of),
             captions.size(), {1, 5, 10}, report);
  return absl::OkStatus();
}

// Zero-shot classification of a table's rows among their own labels.
absl::Status EvaluateZeroShot(const Encoder& encoder, const EvalOptions& options,
                              const ZeroShotSet& set, EvalReport& report) {
  const Labels labels(Distinct(set.rows, "label"));
  std::vector<std::string> paths;
  std::vector<std::vector<uint32_t>> right;
  for (const TsvRow& row : set.rows) {
    paths.push_back((std::filesystem::path(set.dir) / row.at("file")).string());
    right.push_back({labels.Number(row.at("label"))});
  }
  const std::vector<std::string> prompts = Prompts(options, labels);
  const auto pictures = EncodePhotos(encoder, paths, {set.name, options.on_progress});
  if (!pictures.ok()) return pictures.status();
  const auto texts = EncodeTexts(encoder, prompts);
  if (!texts.ok()) return texts.status();
  AddRecalls(set.name, "zero-shot top-", Ranks(Scores(pictures->rows, *texts), right),
             prompts.size(), {1, 5}, report);
  return absl::OkStatus();
}

// Of a manifest (train_manifest.h) what is held out: the labels never trained on, the other photos
// never trained on, and each source that only measures.
absl::Status EvaluateManifest(const Encoder& encoder, const EvalOptions& options,
                              const std::string& path, EvalReport& report) {
  const auto rows = ReadTsv(path, {"file", "source", "label", "split", "use"});
  if (!rows.ok()) return rows.status();
  const std::string dir = std::filesystem::path(path).parent_path().string();
  const std::string name = std::filesystem::path(dir).filename().string();
  std::map<std::string, ZeroShotSet> sets;
  for (const TsvRow& row : *rows) {
    const bool measures = row.at("use") == "measure";
    if (!measures && row.at("split") == "train") continue;
    const std::string part = measures ? row.at("source") : row.at("split");
    ZeroShotSet& set = sets[part];
    set.name = fmt::format("{} {}", name, part);
    set.dir = dir;
    set.rows.push_back(row);
  }
  for (const auto& [part, set] : sets) {
    const absl::Status status = EvaluateZeroShot(encoder, options, set, report);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

struct PhotoSet {
  std::vector<std::string> paths;
  std::map<std::string, std::vector<int>> labels;  // by column
};

void AddNeighbours(const std::string& column, const PhotoSet& queries, const PhotoSet& gallery,
                   const std::pair<Matrix, Matrix>& scores, EvalReport& report) {
  for (const size_t k : {1, 5}) {
    const std::vector<int>& asked = queries.labels.at(column);
    const std::vector<int>& there = gallery.labels.at(column);
    Metric& metric = report.metrics.emplace_back();
    metric.set = "grocery-photos";
    metric.name = k == 1 ? fmt::format("image to image 1-NN, {}", column)
                         : fmt::format("image to image precision@{}, {}", k, column);
    metric.value = PrecisionAt(scores.first, asked, there, k);
    metric.chance = ChancePrecision(asked, there);
    metric.baseline = PrecisionAt(scores.second, asked, there, k);
    metric.cases = asked.size();
    metric.candidates = there.size();
  }
}

absl::Status EvaluateNeighbours(const Encoder& encoder, const EvalOptions& options,
                                EvalReport& report) {
  const std::string set = "grocery-photos";
  const auto rows =
      ReadTsv(Path(options, set + "/labels.tsv"), {"file", "split", "fine", "coarse"});
  if (!rows.ok()) return rows.status();
  PhotoSet gallery;
  PhotoSet queries;
  for (const std::string column : {"fine", "coarse"}) {
    const Labels labels(Distinct(*rows, column));
    for (const TsvRow& row : *rows) {
      PhotoSet& photos = row.at("split") == "train" ? gallery : queries;
      photos.labels[column].push_back(static_cast<int>(labels.Number(row.at(column))));
    }
  }
  for (const TsvRow& row : *rows) {
    PhotoSet& photos = row.at("split") == "train" ? gallery : queries;
    photos.paths.push_back(Path(options, set + "/" + row.at("file")));
  }
  const auto known = EncodePhotos(encoder, gallery.paths, {set, options.on_progress});
  if (!known.ok()) return known.status();
  const auto asked = EncodePhotos(encoder, queries.paths, {set, options.on_progress});
  if (!asked.ok()) return asked.status();
  const std::pair<Matrix, Matrix> scores = {Scores(asked->rows, known->rows),
                                            Scores(asked->histograms, known->histograms)};
  AddNeighbours("fine", queries, gallery, scores, report);
  AddNeighbours("coarse", queries, gallery, scores, report);
  const Labels coarse(Distinct(*rows, "coarse"));
  std::vector<std::vector<uint32_t>> right;
  for (const int label : queries.labels.at("coarse"))
    right.push_back({static_cast<uint32_t>(label)});
  const std::vector<std::string> prompts = Prompts(options, coarse);
  const auto texts = EncodeTexts(encoder, prompts);
  if (!texts.ok()) return texts.status();
  AddRecalls(set + " coarse", "zero-shot top-", Ranks(Scores(asked->rows, *texts), right),
             prompts.size(), {1, 5}, report);
  return absl::OkStatus();
}

absl::Status EvaluateSet(const Encoder& encoder, const EvalOptions& options, const std::string& set,
                         EvalReport& report) {
  if (set == "captioned-photos") return EvaluateCaptions(encoder, options, report);
  if (set == "grocery-photos") return EvaluateNeighbours(encoder, options, report);
  return EvaluateManifest(encoder, options, Path(options, set + "/photos.tsv"), report);
}

}  // namespace

absl::StatusOr<EvalReport> EvaluateClip(const Encoder& encoder, const EvalOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  EvalReport report;
  report.model = encoder.model();
  for (const std::string set : {"captioned-photos", "labelled-photos", "grocery-photos"}) {
    if (!std::filesystem::is_directory(Path(options, set))) {
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
  if (report.metrics.empty()) {
    return absl::NotFoundError(fmt::format(
        "{} has none of captioned-photos, labelled-photos, grocery-photos", options.root));
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace imago
