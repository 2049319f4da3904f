#include "embed/train_manifest.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "embed/tsv.h"
#include "fmt/format.h"

namespace imago {
namespace {

bool StaysInside(const std::string& file) {
  const std::filesystem::path path(file);
  return !file.empty() && path.is_relative() &&
         std::find(path.begin(), path.end(), "..") == path.end();
}

}  // namespace

absl::StatusOr<std::vector<LabelledPhoto>> ReadManifest(const std::string& path,
                                                        const ManifestPart& part) {
  const auto rows = ReadTsv(path, {"file", "source", "label", "split", "use"});
  if (!rows.ok()) return rows.status();
  std::vector<LabelledPhoto> photos;
  for (const TsvRow& row : *rows) {
    if (row.at("split") != part.split || row.at("use") != part.use) continue;
    if (!StaysInside(row.at("file"))) {
      return absl::InvalidArgumentError(
          fmt::format("{}: \"{}\" is not below the photos' folder", path, row.at("file")));
    }
    photos.push_back({row.at("file"), row.at("source"), row.at("label")});
  }
  return photos;
}

std::vector<std::string> DistinctLabels(const std::vector<LabelledPhoto>& photos) {
  std::set<std::string> labels;
  for (const LabelledPhoto& photo : photos) labels.insert(photo.label);
  return {labels.begin(), labels.end()};
}

}  // namespace imago
