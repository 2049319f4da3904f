#include "embed/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "embed/decode_image.h"
#include "storage/sha256.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxModelJsonBytes = 1 << 20;

absl::StatusOr<std::string> BundleId(const std::string& dir, const BundleConfig& config) {
  // The hash family computes its vectors and has no weights.
  if (config.family == "hash") return config.name + "@00000000";
  BundleConfig decisive = config;
  decisive.card_json = "{}";
  std::string all = BundleConfigToJson(decisive);
  std::vector<std::string> files = {"weights.safetensors", config.tokenizer_file};
  if (!config.events.vocabulary.types.empty()) files.emplace_back("events.safetensors");
  if (config.relations.width > 0) files.emplace_back("relations.safetensors");
  for (const std::string& name : files) {
    absl::StatusOr<std::string> hash = Sha256File((fs::path(dir) / name).string());
    if (!hash.ok()) return hash.status();
    all += *hash;
  }
  return config.name + "@" + Sha256(all).substr(0, 8);
}

}  // namespace

absl::StatusOr<Bundle> OpenBundle(const std::string& dir) {
  const std::string path = (fs::path(dir) / "model.json").string();
  absl::StatusOr<std::string> json = ReadFile(path, kMaxModelJsonBytes);
  if (!json.ok()) return json.status();
  absl::StatusOr<BundleConfig> config = ParseBundleConfig(*json);
  if (!config.ok()) {
    return absl::Status(config.status().code(),
                        fmt::format("{}: {}", path, std::string(config.status().message())));
  }
  absl::StatusOr<std::string> id = BundleId(dir, *config);
  if (!id.ok()) return id.status();
  return Bundle{dir, *std::move(id), *std::move(config)};
}

std::vector<Bundle> ListBundles(const std::string& models_dir, std::vector<std::string>* errors) {
  std::vector<std::string> dirs;
  std::error_code failed;
  for (fs::directory_iterator entry(models_dir, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    std::error_code ignored;
    if (entry->path().filename().string().starts_with('.')) continue;  // a draft
    if (fs::exists(entry->path() / "model.json", ignored)) dirs.push_back(entry->path().string());
  }
  if (failed && errors) {
    errors->push_back(fmt::format("cannot list {}: {}", models_dir, failed.message()));
  }
  std::sort(dirs.begin(), dirs.end());
  std::vector<Bundle> bundles;
  for (const std::string& dir : dirs) {
    absl::StatusOr<Bundle> bundle = OpenBundle(dir);
    if (bundle.ok()) {
      bundles.push_back(*std::move(bundle));
    } else if (errors) {
      errors->push_back(std::string(bundle.status().message()));
    }
  }
  std::stable_sort(bundles.begin(), bundles.end(),
                   [](const Bundle& a, const Bundle& b) { return a.config.name < b.config.name; });
  return bundles;
}

}  // namespace imago
