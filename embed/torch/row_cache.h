#ifndef IMAGO_EMBED_TORCH_ROW_CACHE_H_
#define IMAGO_EMBED_TORCH_ROW_CACHE_H_

// Rows that are slow to compute, kept in files of a few hundred rows each: what was interrupted
// goes on where it was.

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "torch/torch.h"

namespace imago {

struct RowCache {
  std::string dir;   // made when absent
  std::string name;  // of the files: "<name>-<chunk>.safetensors"
  std::string key;   // says all that the rows depend on; files of another key are made anew
  int64_t chunk_rows = 512;
};

// Rows [begin, end) as f32 [end - begin, width].
using RowSource = std::function<absl::StatusOr<torch::Tensor>(int64_t begin, int64_t end)>;

// All rows [count, width], from the files or from the source, which is asked for whole chunks in
// order. Errors of the source pass through.
absl::StatusOr<torch::Tensor> CachedRows(const RowCache& cache, int64_t count,
                                         const RowSource& source);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_ROW_CACHE_H_
