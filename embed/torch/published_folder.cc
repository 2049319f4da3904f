#include "embed/torch/published_folder.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "embed/decode_image.h"
#include "fmt/format.h"

namespace imago {
namespace fs = std::filesystem;

absl::StatusOr<std::string> FindWeights(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) {
    if (fs::exists(path, failed)) return path;
    return absl::NotFoundError(fmt::format("{} is not there", path));
  }
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(path, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->path().extension() == ".safetensors") found.push_back(entry->path());
  }
  for (const char* usual : {"model.safetensors", "open_clip_model.safetensors"}) {
    const fs::path weights = fs::path(path) / usual;
    if (std::find(found.begin(), found.end(), weights) != found.end()) return weights.string();
  }
  if (found.size() == 1) return found.front().string();
  return absl::NotFoundError(fmt::format(
      "{} holds {} .safetensors files, one is needed (a .pt or .bin file can run code when it is "
      "opened: convert it first)",
      path, found.size()));
}

absl::StatusOr<MergesFile> FindMerges(const std::string& folder, const std::string& given) {
  constexpr int64_t kMaxBytes = 64 << 20;
  std::string path = given;
  for (const char* usual : {"merges.txt", "bpe_simple_vocab_16e6.txt.gz"}) {
    std::error_code ignored;
    const fs::path beside = fs::path(folder) / usual;
    if (path.empty() && fs::exists(beside, ignored)) path = beside.string();
  }
  if (path.empty()) {
    return absl::NotFoundError(fmt::format(
        "{} holds neither merges.txt nor bpe_simple_vocab_16e6.txt.gz, the tokenizer's merges: "
        "give a path to one of them",
        folder));
  }
  auto bytes = ReadFile(path, kMaxBytes);
  if (!bytes.ok()) return bytes.status();
  const bool gzip = bytes->rfind("\x1f\x8b", 0) == 0;
  return MergesFile{gzip ? "merges.txt.gz" : "merges.txt", *std::move(bytes)};
}

}  // namespace imago
