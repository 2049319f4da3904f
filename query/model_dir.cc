#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "embed/bundle.h"
#include "fmt/format.h"
#include "query/config.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool IsBundle(const fs::path& dir) {
  std::error_code ignored;
  return fs::exists(dir / "model.json", ignored);
}

// Folders that may hold starter bundles, the first that has any counts.
std::vector<fs::path> StarterPlaces() {
  std::vector<fs::path> places;
  if (const std::string set = Environment("IMAGO_MODELS"); !set.empty()) places.emplace_back(set);
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    const fs::path beside = program.parent_path();
    for (const char* way : {"models", "../models", "../../models", "../share/imago/models"}) {
      places.push_back((beside / way).lexically_normal());
    }
  }
  places.push_back(fs::path(IMAGO_SOURCE_DIR) / "models");
  return places;
}

// Names of the bundles in `dir`, sorted.
std::vector<std::string> BundleNames(const fs::path& dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (IsBundle(it->path())) names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool BundleIs(const std::string& path, const std::string& name) {
  const auto bundle = OpenBundle(path);
  return bundle.ok() && (bundle->id == name || bundle->config.name == name);
}

// The bundle in `dir` that `name` means: the folder of that name, or that name and a hash.
std::string FindNamed(const fs::path& dir, const std::string& name) {
  if (IsBundle(dir / name)) return (dir / name).string();
  std::string found;
  for (const std::string& candidate : BundleNames(dir)) {
    const std::string path = (dir / candidate).string();
    if (candidate.substr(0, candidate.rfind('@')) == name || BundleIs(path, name)) found = path;
  }
  return found;
}

// The starter bundle of `dir`: the only one, or the one that the file DEFAULT names; empty when
// there is none or the choice is open.
std::string FindStarter(const fs::path& dir) {
  std::string chosen;
  std::ifstream(dir / "DEFAULT") >> chosen;
  if (!chosen.empty() && IsBundle(dir / chosen)) return (dir / chosen).string();
  const std::vector<std::string> names = BundleNames(dir);
  return names.size() == 1 ? (dir / names[0]).string() : "";
}

absl::Status NotFound(const std::string& what, const std::vector<fs::path>& places) {
  std::string looked;
  for (const fs::path& place : places) {
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  return absl::NotFoundError(fmt::format("{}; looked in {}", what, looked));
}

}  // namespace

std::string DefaultDataDir() {
  if (const std::string set = Environment("XDG_DATA_HOME"); !set.empty()) {
    return (fs::path(set) / "imago").string();
  }
  const std::string home = Environment("HOME");
  return (fs::path(home.empty() ? "." : home) / ".local/share/imago").string();
}

std::string FindEventTagger() {
  for (const fs::path& place : StarterPlaces()) {
    std::error_code ignored;
    const fs::path dir = place / "imago-event-tagger";
    if (fs::exists(dir / "tagger.json", ignored)) return dir.string();
  }
  return "";
}

absl::StatusOr<std::string> ResolveModelDir(const Config& config) {
  std::vector<fs::path> places = StarterPlaces();
  if (config.model.empty()) {
    for (const fs::path& place : places) {
      if (std::string found = FindStarter(place); !found.empty()) return found;
    }
    return NotFound("no starter model bundle", places);
  }
  if (IsBundle(config.model)) return config.model;
  const std::string data_dir = config.data_dir.empty() ? DefaultDataDir() : config.data_dir;
  places.insert(places.begin(), fs::path(data_dir) / "models");
  for (const fs::path& place : places) {
    if (std::string found = FindNamed(place, config.model); !found.empty()) return found;
  }
  return NotFound(fmt::format("no model bundle \"{}\"", config.model), places);
}

}  // namespace imago
