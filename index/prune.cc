#include "index/prune.h"

#include <algorithm>
#include <filesystem>

namespace imago {
namespace {

namespace fs = std::filesystem;

// The path with one slash at its end, so that it is a prefix of what is below it.
std::string AsRoot(const fs::path& path) {
  std::error_code error;
  std::string root = fs::absolute(path, error).lexically_normal().string();
  if (root.empty() || root.back() != '/') root += '/';
  return root;
}

bool IsGone(const std::string& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() == fs::file_type::not_found;
}

bool IsBelow(const std::string& path, const std::vector<std::string>& roots) {
  return std::any_of(roots.begin(), roots.end(),
                     [&](const std::string& root) { return path.rfind(root, 0) == 0; });
}

}  // namespace

absl::Status PruneGoneFiles(Collection& collection, const std::vector<std::string>& paths) {
  std::vector<std::string> roots;
  for (const std::string& path : paths) {
    if (!IsGone(path)) roots.push_back(AsRoot(path));
  }
  const auto snapshot = collection.snapshot();
  std::vector<std::string> gone;
  for (const SegmentView& view : snapshot->segments) {
    for (size_t i = 0; i < view.segment->items.size(); ++i) {
      const Item& item = view.segment->items[i]->item;
      if (view.live_items->Get(i) && IsBelow(item.uri, roots) && IsGone(item.uri)) {
        gone.push_back(item.id);
      }
    }
  }
  return gone.empty() ? absl::OkStatus() : collection.Remove(gone);
}

}  // namespace imago
