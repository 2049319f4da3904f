#include "index/walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <unordered_set>

#include "embed/decode_image.h"
#include "fmt/format.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

class Walker {
 public:
  explicit Walker(const std::function<bool(size_t)>& go_on) : go_on_(go_on) {}

  void Named(const std::string& given) {
    const std::string path = fs::path(given).lexically_normal().string();
    struct stat found = {};
    if (stat(path.c_str(), &found) != 0) return Fail(path, errno);
    if (S_ISDIR(found.st_mode)) return Folder(path);
    if (!S_ISREG(found.st_mode)) return Fail(path, "is neither a file nor a folder");
    Add(path, found, /*named=*/true);
  }

  bool stopped() const { return stopped_; }
  WalkResult TakeResult() { return std::move(result_); }

 private:
  void Folder(const std::string& path) {
    stopped_ = stopped_ || !go_on_(result_.pictures);
    if (stopped_) return;
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      names.push_back(it->path().filename().string());
    }
    if (error) Fail(path, error.value());
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      if (name[0] != '.' && !stopped_) Entry((fs::path(path) / name).lexically_normal().string());
    }
  }

  void Entry(const std::string& path) {
    struct stat found = {};
    if (lstat(path.c_str(), &found) != 0) return Fail(path, errno);
    if (S_ISDIR(found.st_mode)) return Folder(path);
    if (S_ISLNK(found.st_mode)) {
      // A dangling link is a fault only where a picture was expected.
      if (stat(path.c_str(), &found) != 0) {
        if (HasPictureExtension(path)) Fail(path, errno);
        return;
      }
    }
    if (S_ISREG(found.st_mode)) Add(path, found, /*named=*/false);
  }

  void Add(const std::string& path, const struct stat& found, bool named) {
    if (!seen_.insert(path).second) return;
    const int64_t ms = int64_t{found.st_mtim.tv_sec} * 1000 + found.st_mtim.tv_nsec / 1'000'000;
    const bool picture = named || HasPictureExtension(path);
    result_.files.push_back({path, static_cast<uint64_t>(found.st_size), ms, named, picture});
    result_.pictures += picture;
  }

  void Fail(const std::string& path, int error) { Fail(path, std::strerror(error)); }
  void Fail(const std::string& path, const std::string& error) {
    if (seen_.insert(path).second) result_.failures.push_back({path, error});
  }

  const std::function<bool(size_t)>& go_on_;
  bool stopped_ = false;
  std::unordered_set<std::string> seen_;
  WalkResult result_;
};

}  // namespace

WalkResult Walk(const std::vector<std::string>& paths, const std::function<bool(size_t)>& go_on) {
  Walker walker(go_on);
  for (const std::string& path : paths) {
    if (!walker.stopped()) walker.Named(path);
  }
  return walker.TakeResult();
}

bool HasPictureExtension(const std::string& path) {
  static constexpr std::array<std::string_view, 22> kExtensions = {
      ".avif", ".bmp", ".cr2", ".dib", ".dng", ".gif", ".heic", ".heif", ".jfif", ".jp2",  ".jpe",
      ".jpeg", ".jpg", ".jxl", ".nef", ".png", ".pnm", ".ppm",  ".psd",  ".tif",  ".tiff", ".webp"};
  std::string extension = fs::path(path).extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

bool LooksLikePicture(const std::string& path) {
  std::string head(64, '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  const auto size = static_cast<size_t>(in.gcount());
  return SniffImage({reinterpret_cast<const uint8_t*>(head.data()), size}) != ImageFormat::kUnknown;
}

}  // namespace imago
