#include "embed/torch/row_cache.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "embed/safetensors.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr char kRows[] = "rows";
constexpr char kKey[] = "key";

// Undefined unless the file is there, whole, and of this key and number of rows.
torch::Tensor ReadChunk(const std::string& path, const std::string& key, int64_t rows) {
  const auto file = SafetensorsFile::Open(path);
  if (!file.ok() || !file->Has(kRows)) return {};
  const auto found = file->metadata().find(kKey);
  const TensorInfo& info = file->tensors().at(kRows);
  if (found == file->metadata().end() || found->second != key) return {};
  if (info.type != TensorType::kF32 || info.shape.size() != 2 || info.shape[0] != rows) return {};
  torch::Tensor values = torch::empty(info.shape, torch::kFloat32);
  std::memcpy(values.data_ptr(), file->data(info), info.end - info.begin);
  return values;
}

absl::Status WriteChunk(const std::string& path, const std::string& key,
                        const torch::Tensor& rows) {
  const std::string bytes(static_cast<const char*>(rows.data_ptr()), rows.nbytes());
  return WriteSafetensors(path, {{kRows, TensorType::kF32, rows.sizes().vec(), bytes}},
                          {{kKey, key}});
}

}  // namespace

absl::StatusOr<torch::Tensor> CachedRows(const RowCache& cache, int64_t count,
                                         const RowSource& source) {
  std::error_code failed;
  std::filesystem::create_directories(cache.dir, failed);
  if (failed) {
    return absl::UnavailableError(fmt::format("cannot make {}: {}", cache.dir, failed.message()));
  }
  std::vector<torch::Tensor> chunks;
  for (int64_t begin = 0; begin < count; begin += cache.chunk_rows) {
    const int64_t end = std::min(begin + cache.chunk_rows, count);
    const std::string path =
        fmt::format("{}/{}-{:05}.safetensors", cache.dir, cache.name, begin / cache.chunk_rows);
    torch::Tensor chunk = ReadChunk(path, cache.key, end - begin);
    if (!chunk.defined()) {
      auto rows = source(begin, end);
      if (!rows.ok()) return rows.status();
      chunk = rows->to(torch::kFloat32).contiguous();
      if (auto status = WriteChunk(path, cache.key, chunk); !status.ok()) return status;
    }
    chunks.push_back(std::move(chunk));
  }
  if (chunks.empty()) return absl::InvalidArgumentError(cache.name + ": there are no rows");
  return torch::cat(chunks);
}

}  // namespace imago
