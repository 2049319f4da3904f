#include "embed/published_folder.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "embed/decode_image.h"
#include "embed/gunzip.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace imago {
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> FilesWith(const std::string& folder,
                                const std::vector<std::string>& extensions) {
  std::vector<fs::path> found;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string extension = entry->path().extension().string();
    const auto wanted = std::find(extensions.begin(), extensions.end(), extension);
    if (wanted != extensions.end()) found.push_back(entry->path());
  }
  return found;
}

absl::Status NoneOf(const std::string& folder, const std::vector<std::string>& usual) {
  return absl::NotFoundError(fmt::format("{} does not hold {}, the tokenizer: give a path to it",
                                         folder, fmt::join(usual, " or ")));
}

}  // namespace

absl::StatusOr<std::string> FindWeights(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) {
    if (fs::exists(path, failed)) return path;
    return absl::NotFoundError(fmt::format("{} is not there", path));
  }
  for (const char* usual : {"model.safetensors", "open_clip_model.safetensors"}) {
    for (const char* end : {"", ".index.json"}) {
      const fs::path weights = fs::path(path) / (std::string(usual) + end);
      if (fs::exists(weights, failed)) return weights.string();
    }
  }
  const auto found = FilesWith(path, {".safetensors"});
  if (found.size() == 1) return found.front().string();
  const auto torch = FilesWith(path, {".bin", ".pt", ".pth"});
  if (found.empty() && torch.size() == 1) return torch.front().string();
  return absl::NotFoundError(
      fmt::format("{} holds {} .safetensors files and {} .bin or .pt files, one is needed", path,
                  found.size(), torch.size()));
}

absl::StatusOr<TokenizerFile> FindTokenizer(const std::string& folder, ClipLayout layout,
                                            const std::string& given) {
  constexpr int64_t kMaxBytes = 64 << 20;
  const bool siglip = layout == ClipLayout::kSiglip;
  const std::vector<std::string> usual =
      siglip ? std::vector<std::string>{"spiece.model", "tokenizer.model"}
             : std::vector<std::string>{"merges.txt", "bpe_simple_vocab_16e6.txt.gz"};
  std::string path = given;
  for (const std::string& name : usual) {
    std::error_code ignored;
    const fs::path beside = fs::path(folder) / name;
    if (path.empty() && fs::exists(beside, ignored)) path = beside.string();
  }
  if (path.empty()) return NoneOf(folder, usual);
  auto bytes = ReadFile(path, kMaxBytes);
  if (!bytes.ok()) return bytes.status();
  if (siglip) return TokenizerFile{TokenizerKind::kSiglip, "spiece.model", *std::move(bytes)};
  const std::string name = IsGzip(*bytes) ? "merges.txt.gz" : "merges.txt";
  return TokenizerFile{TokenizerKind::kClipBpe, name, *std::move(bytes)};
}

}  // namespace imago
