#include "web/import_paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "web/json.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxPaths = 1000;

// Both without links and dots.
bool LiesIn(const fs::path& path, const fs::path& root) {
  const auto [in_root, in_path] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return in_root == root.end();
}

// Empty when it cannot be followed.
fs::path Followed(const std::string& path) {
  std::error_code error;
  fs::path followed = fs::weakly_canonical(path, error);
  if (error) return {};
  return followed.has_filename() ? followed : followed.parent_path();
}

absl::Status CheckPath(const std::string& path, const std::vector<fs::path>& roots) {
  const fs::path followed = path.find('\0') == std::string::npos && fs::path(path).is_absolute()
                                ? Followed(path)
                                : fs::path();
  const bool allowed = !followed.empty() &&
                       std::any_of(roots.begin(), roots.end(),
                                   [&](const fs::path& root) { return LiesIn(followed, root); });
  if (!allowed) {
    return absl::PermissionDeniedError(
        fmt::format("paths: {} is in none of the folders that imports may read", path));
  }
  std::error_code error;
  if (!fs::exists(followed, error)) {
    return FieldError("paths", fmt::format("{} does not exist", path));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckImportPaths(const std::vector<std::string>& paths,
                              const std::vector<std::string>& roots) {
  if (paths.empty() || paths.size() > kMaxPaths) {
    return FieldError("paths",
                      fmt::format("must have 1 to {} paths, has {}", kMaxPaths, paths.size()));
  }
  std::vector<fs::path> followed_roots;
  for (const std::string& root : roots) {
    if (const fs::path followed = Followed(root); !followed.empty()) {
      followed_roots.push_back(followed);
    }
  }
  for (const std::string& path : paths) {
    if (absl::Status s = CheckPath(path, followed_roots); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace imago
