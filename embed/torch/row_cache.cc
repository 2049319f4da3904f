#include "embed/torch/row_cache.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr char kRows[] = "rows";
constexpr char kKey[] = "key";

bool Fits(const SafetensorsFile& file, const RowCache& cache, int64_t rows) {
  const auto found = file.metadata().find(kKey);
  if (!file.Has(kRows) || found == file.metadata().end()) return false;
  const TensorInfo& info = file.tensors().at(kRows);
  return found->second == cache.key && info.type == cache.type && info.shape.size() >= 2 &&
         info.shape[0] == rows;
}

absl::Status WriteChunk(const std::string& path, const RowCache& cache,
                        const torch::Tensor& values) {
  const torch::ScalarType type = cache.type == TensorType::kF16 ? torch::kFloat16 : torch::kFloat32;
  const torch::Tensor rows = values.to(type).contiguous();
  const std::string bytes(static_cast<const char*>(rows.data_ptr()), rows.nbytes());
  return WriteSafetensors(path, {{kRows, cache.type, rows.sizes().vec(), bytes}},
                          {{kKey, cache.key}});
}

}  // namespace

absl::StatusOr<RowFiles> RowFiles::Make(const RowCache& cache, int64_t count,
                                        const RowSource& source) {
  std::error_code failed;
  std::filesystem::create_directories(cache.dir, failed);
  if (failed) {
    return absl::UnavailableError(fmt::format("cannot make {}: {}", cache.dir, failed.message()));
  }
  if (count == 0) return absl::InvalidArgumentError(cache.name + ": there are no rows");
  RowFiles files;
  files.count_ = count;
  files.chunk_rows_ = cache.chunk_rows;
  files.type_ = cache.type == TensorType::kF16 ? torch::kFloat16 : torch::kFloat32;
  for (int64_t begin = 0; begin < count; begin += cache.chunk_rows) {
    if (auto status = files.MakeChunk(cache, begin, source); !status.ok()) return status;
  }
  return files;
}

absl::Status RowFiles::MakeChunk(const RowCache& cache, int64_t begin, const RowSource& source) {
  const int64_t end = std::min(begin + cache.chunk_rows, count_);
  const std::string path =
      fmt::format("{}/{}-{:05}.safetensors", cache.dir, cache.name, begin / cache.chunk_rows);
  auto file = SafetensorsFile::Open(path);
  if (!file.ok() || !Fits(*file, cache, end - begin)) {
    const auto rows = source(begin, end);
    if (!rows.ok()) return rows.status();
    if (auto status = WriteChunk(path, cache, *rows); !status.ok()) return status;
    file = SafetensorsFile::Open(path);
    if (!file.ok()) return file.status();
  }
  chunks_.push_back(std::make_shared<const SafetensorsFile>(*std::move(file)));
  return absl::OkStatus();
}

torch::Tensor RowFiles::Rows(const torch::Tensor& indices) const {
  const torch::Tensor wanted = indices.to(torch::kInt64).contiguous();
  std::vector<int64_t> shape = chunks_.front()->tensors().at(kRows).shape;
  shape[0] = wanted.size(0);
  torch::Tensor rows = torch::empty(shape, type_);
  const size_t row_bytes = rows.nbytes() / std::max<int64_t>(shape[0], 1);
  auto* out = static_cast<char*>(rows.data_ptr());
  for (int64_t i = 0; i < shape[0]; ++i) {
    const int64_t row = wanted.data_ptr<int64_t>()[i];
    const SafetensorsFile& file = *chunks_[row / chunk_rows_];
    const uint8_t* data = file.data(file.tensors().at(kRows));
    std::memcpy(out + i * row_bytes, data + row % chunk_rows_ * row_bytes, row_bytes);
  }
  return rows;
}

torch::Tensor RowFiles::All() const { return Rows(torch::arange(count_)); }

absl::StatusOr<torch::Tensor> CachedRows(const RowCache& cache, int64_t count,
                                         const RowSource& source) {
  const auto files = RowFiles::Make(cache, count, source);
  if (!files.ok()) return files.status();
  return files->All();
}

}  // namespace imago
