#ifndef IMAGO_EMBED_TORCH_ROW_CACHE_H_
#define IMAGO_EMBED_TORCH_ROW_CACHE_H_

// Rows that are slow to compute, kept in files of a few hundred rows each: what was interrupted
// goes on where it was.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/safetensors.h"
#include "torch/torch.h"

namespace imago {

struct RowCache {
  std::string dir;   // made when absent
  std::string name;  // of the files: "<name>-<chunk>.safetensors"
  std::string key;   // says all that the rows depend on; files of another key are made anew
  int64_t chunk_rows = 512;
  TensorType type = TensorType::kF32;  // or kF16
};

// Rows [begin, end), [end - begin, ...] of any type.
using RowSource = std::function<absl::StatusOr<torch::Tensor>(int64_t begin, int64_t end)>;

// Rows that stay in their files, which are mapped: for what does not fit into memory.
class RowFiles {
 public:
  // Missing files are made from the source, which is asked for whole chunks in order. Errors of
  // the source pass through. kInvalidArgument when count is 0.
  static absl::StatusOr<RowFiles> Make(const RowCache& cache, int64_t count,
                                       const RowSource& source);

  int64_t count() const { return count_; }
  // [indices, ...], in the type of the files.
  torch::Tensor Rows(const torch::Tensor& indices) const;
  torch::Tensor All() const;

 private:
  absl::Status MakeChunk(const RowCache& cache, int64_t begin, const RowSource& source);

  int64_t count_ = 0;
  int64_t chunk_rows_ = 0;
  torch::ScalarType type_ = torch::kFloat32;
  std::vector<std::shared_ptr<const SafetensorsFile>> chunks_;  // copies share them
};

// All rows as RowFiles has them.
absl::StatusOr<torch::Tensor> CachedRows(const RowCache& cache, int64_t count,
                                         const RowSource& source);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_ROW_CACHE_H_
