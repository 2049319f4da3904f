#include "query/eval_event_photos.h"

#include <algorithm>
#include <filesystem>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr size_t kBatch = 32;

std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_regular_file()) paths.push_back(it->path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

absl::StatusOr<std::vector<PhotoEvents>> SeePhotoEvents(Engine& engine, const std::string& folder) {
  const std::vector<std::string> paths = FilesIn(folder);
  if (paths.empty()) return absl::NotFoundError(fmt::format("no pictures in {}", folder));
  std::vector<PhotoEvents> photos;
  for (size_t begin = 0; begin < paths.size(); begin += kBatch) {
    std::vector<Content> contents;
    for (size_t i = begin; i < std::min(begin + kBatch, paths.size()); ++i) {
      auto decoded = DecodeImageFile(paths[i]);
      if (!decoded.ok()) return decoded.status();
      contents.push_back(
          ImageContent{ResizeAndCrop(decoded->image, engine.encoder().preprocess())});
    }
    auto encoded = engine.encoder().Encode(contents);
    if (!encoded.ok()) return encoded.status();
    if (encoded->events.empty()) {
      return absl::FailedPreconditionError(
          fmt::format("the model {} reads no events off pictures", engine.encoder().model()));
    }
    for (size_t i = 0; i < contents.size(); ++i) {
      photos.push_back({paths[begin + i], std::move(encoded->events[i])});
    }
  }
  return photos;
}

}  // namespace imago
