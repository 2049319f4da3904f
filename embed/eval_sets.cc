#include "embed/eval_sets.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "embed/tsv.h"
#include "fmt/format.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

constexpr char kTrain[] = "train";

// Rows of one set, before its labels have numbers.
struct Rows {
  std::vector<std::string> paths;
  std::vector<std::string> labels;
  std::vector<uint8_t> trains;
};

uint32_t NumberOf(const std::string& name, const std::vector<std::string>& sorted) {
  return static_cast<uint32_t>(std::lower_bound(sorted.begin(), sorted.end(), name) -
                               sorted.begin());
}

std::vector<std::string> Distinct(const std::vector<std::string>& names) {
  const std::set<std::string> distinct(names.begin(), names.end());
  return {distinct.begin(), distinct.end()};
}

LabelledSet MakeSet(std::string name, Rows rows) {
  LabelledSet set;
  set.name = std::move(name);
  set.labels = Distinct(rows.labels);
  for (const std::string& label : rows.labels) {
    set.label_of.push_back(NumberOf(label, set.labels));
  }
  set.paths = std::move(rows.paths);
  set.trains = std::move(rows.trains);
  return set;
}

std::vector<uint32_t> Where(const std::vector<uint8_t>& flags, bool set) {
  std::vector<uint32_t> where;
  for (uint32_t i = 0; i < flags.size(); ++i) {
    if ((flags[i] != 0) == set) where.push_back(i);
  }
  return where;
}

}  // namespace

std::vector<uint32_t> LabelledSet::Known() const { return Where(trains, true); }

std::vector<uint32_t> LabelledSet::Held() const { return Where(trains, false); }

std::string ContextOf(const std::string& set) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kContexts = {
      {{"grocery", "food"},
       {"scene", "scene"},
       {"weather", "scene"},
       {"gtsrb", "sign"},
       {"digit", "digit"},
       {"openmoji", "emoji"},
       {"emojis", "emoji"},
       {"drawings", "drawing"}}};
  for (const auto& [part, context] : kContexts) {
    if (set.find(part) != std::string::npos) return std::string(context);
  }
  return "";
}

absl::StatusOr<std::vector<LabelledSet>> ReadHeldOut(const std::string& manifest) {
  const auto table = ReadTsv(manifest, {"file", "source", "label", "split", "use"});
  if (!table.ok()) return table.status();
  const fs::path dir = fs::path(manifest).parent_path();
  std::map<std::string, Rows> parts;
  for (const TsvRow& row : *table) {
    const bool measures = row.at("use") == "measure";
    const bool trains = row.at("split") == kTrain;
    if (!measures && trains) continue;
    Rows& rows = parts[measures ? row.at("source") : row.at("split")];
    rows.paths.push_back((dir / row.at("file")).string());
    rows.labels.push_back(row.at("label"));
    rows.trains.push_back(measures && trains);
  }
  std::vector<LabelledSet> sets;
  for (auto& [part, rows] : parts) {
    sets.push_back(MakeSet(fmt::format("{} {}", dir.filename().string(), part), std::move(rows)));
  }
  return sets;
}

absl::StatusOr<LabelledSet> ReadLabelled(const std::string& dir, const std::string& column) {
  const auto table = ReadTsv((fs::path(dir) / "labels.tsv").string(), {"file", "split", column});
  if (!table.ok()) return table.status();
  Rows rows;
  for (const TsvRow& row : *table) {
    rows.paths.push_back((fs::path(dir) / row.at("file")).string());
    rows.labels.push_back(row.at(column));
    rows.trains.push_back(row.at("split") == kTrain);
  }
  return MakeSet(fmt::format("{} {}", fs::path(dir).filename().string(), column), std::move(rows));
}

absl::StatusOr<CaptionedSet> ReadCaptioned(const std::string& dir) {
  const auto table = ReadTsv((fs::path(dir) / "captions.tsv").string(), {"file", "caption"});
  if (!table.ok()) return table.status();
  std::vector<std::string> files;
  for (const TsvRow& row : *table) files.push_back(row.at("file"));
  const std::vector<std::string> distinct = Distinct(files);
  CaptionedSet set;
  for (const std::string& file : distinct) {
    set.paths.push_back((fs::path(dir) / "images" / file).string());
  }
  for (const TsvRow& row : *table) {
    set.captions.push_back(row.at("caption"));
    set.picture_of.push_back(NumberOf(row.at("file"), distinct));
  }
  return set;
}

}  // namespace imago
