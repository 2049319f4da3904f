#include "embed/corpus_check.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "embed/decode_image.h"
#include "embed/eval_sets.h"
#include "embed/tsv.h"
#include "fmt/format.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

constexpr int kSide = 64;  // enough for a sketch
constexpr char kTrain[] = "train";

struct Picture {
  std::string path;
  std::string label;
  std::string manifest = {};
  std::string file = {};
};

struct Pictures {
  std::vector<Picture> to_train_on;
  std::vector<Picture> held_out;
};

absl::Status AddManifest(const std::string& manifest, Pictures& pictures) {
  const auto table = ReadTsv(manifest, {"file", "label", "split", "use"});
  if (!table.ok()) return table.status();
  const fs::path dir = fs::path(manifest).parent_path();
  for (const TsvRow& row : *table) {
    const bool trains = row.at("split") == kTrain;
    if (trains && row.at("use") != kTrain && row.at("use") != "measure") continue;
    const std::string& file = row.at("file");
    auto& list = trains && row.at("use") == kTrain ? pictures.to_train_on : pictures.held_out;
    list.push_back({(dir / file).string(), row.at("label"), manifest, file});
  }
  return absl::OkStatus();
}

absl::Status AddRoot(const std::string& root, std::vector<Picture>& held_out) {
  if (root.empty()) return absl::OkStatus();
  const std::string captioned = (fs::path(root) / "captioned-photos").string();
  const std::string groceries = (fs::path(root) / "grocery-photos").string();
  const bool has_captioned = fs::is_directory(captioned);
  const bool has_groceries = fs::is_directory(groceries);
  if (!has_captioned && !has_groceries) {
    return absl::NotFoundError(
        fmt::format("{} has neither captioned-photos nor grocery-photos", root));
  }
  if (has_captioned) {
    const auto set = ReadCaptioned(captioned);
    if (!set.ok()) return set.status();
    for (const std::string& path : set->paths) held_out.push_back({path, ""});
  }
  if (has_groceries) {
    const auto set = ReadLabelled(groceries, "fine");
    if (!set.ok()) return set.status();
    for (size_t i = 0; i < set->size(); ++i) {
      held_out.push_back({set->paths[i], set->labels[set->label_of[i]]});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PictureSketch>> Sketches(const std::vector<Picture>& pictures,
                                                    const std::string& what,
                                                    const CorpusOptions& options) {
  DecodeOptions decode;
  decode.min_short_side = kSide;
  std::vector<PictureSketch> sketches;
  for (const Picture& picture : pictures) {
    const auto decoded = DecodeImageFile(picture.path, decode);
    if (!decoded.ok()) return decoded.status();
    sketches.push_back(SketchOf(decoded->image));
    if (options.on_progress) options.on_progress(what, sketches.size(), pictures.size());
  }
  return sketches;
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
  }
  return parts;
}

std::string Joined(const std::vector<std::string>& parts, char separator) {
  std::string text;
  for (const std::string& part : parts) text += part + separator;
  text.pop_back();
  return text;
}

size_t Column(const std::vector<std::string>& names, const char* name) {
  return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

absl::Status MarkIn(const std::string& manifest, const std::set<std::string>& files) {
  if (const auto table = ReadTsv(manifest, {"file", "split", "use"}); !table.ok()) {
    return table.status();
  }
  const auto text = ReadWholeFile(manifest);
  if (!text.ok()) return text.status();
  std::vector<std::string> lines = Split(*text, '\n');
  const std::vector<std::string> names = Split(lines.front(), '\t');
  const size_t file = Column(names, "file");
  const size_t split = Column(names, "split");
  const size_t use = Column(names, "use");
  for (std::string& line : lines) {
    std::vector<std::string> fields = Split(line, '\t');
    if (fields.size() != names.size() || !files.contains(fields[file])) continue;
    if (fields[split] != kTrain || fields[use] != kTrain) continue;
    fields[use] = "duplicate";
    line = Joined(fields, '\t');
  }
  return WriteFileDurably(manifest, Joined(lines, '\n'));
}

}  // namespace

absl::StatusOr<CorpusReport> CheckCorpus(const CorpusOptions& options) {
  Pictures pictures;
  for (const std::string& manifest : options.manifests) {
    if (auto status = AddManifest(manifest, pictures); !status.ok()) return status;
  }
  if (auto status = AddRoot(options.root, pictures.held_out); !status.ok()) return status;
  const auto train = Sketches(pictures.to_train_on, "pictures to train on", options);
  if (!train.ok()) return train.status();
  const auto held = Sketches(pictures.held_out, "held-out pictures", options);
  if (!held.ok()) return held.status();
  CorpusReport report;
  report.to_train_on = train->size();
  report.held_out = held->size();
  for (const NearPair& pair : FindNearPairs(*train, *held, options.limits)) {
    const Picture& own = pictures.to_train_on[pair.picture];
    const Picture& other = pictures.held_out[pair.other];
    report.duplicates.push_back(
        {own.manifest, own.file, own.label, other.path, other.label, pair.distance});
  }
  return report;
}

absl::Status MarkDuplicates(const std::vector<Duplicate>& duplicates) {
  std::map<std::string, std::set<std::string>> files;
  for (const Duplicate& one : duplicates) files[one.manifest].insert(one.file);
  for (const auto& [manifest, some] : files) {
    if (auto status = MarkIn(manifest, some); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace imago
