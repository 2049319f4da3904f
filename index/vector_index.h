#ifndef IMAGO_INDEX_VECTOR_INDEX_H_
#define IMAGO_INDEX_VECTOR_INDEX_H_

// Finding rows by inner product. Rows are numbered from 0 in the order of adding, and kept as f16,
// which is what the store has: a score is the product of the f32 query and the f16 row, the same to
// the bit in every kind of index.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kernels/matrix.h"
#include "kernels/row_mask.h"
#include "kernels/top_k.h"

namespace imago {

class RowStore;

// kGpu is kExact with its scan on a GPU: the same answers from the same saved bytes.
enum class IndexKind { kExact, kHnsw, kIvf, kGpu };
std::string_view IndexKindName(IndexKind kind);  // "exact", "hnsw", "ivf", "gpu"
absl::StatusOr<IndexKind> ParseIndexKind(std::string_view name);
// The kind that files and answers name: kExact of kGpu, else `kind` itself.
IndexKind SavedKind(IndexKind kind);

class DeviceQueue;

struct IndexOptions {
  IndexKind kind = IndexKind::kExact;
  int hnsw_links = 32;
  int hnsw_ef_construction = 80;
  int hnsw_ef_search = 128;
  int ivf_lists = 0;  // 0: about 4 * sqrt(rows). Made when there are rows enough; until then exact
  int ivf_probes = 16;
  int threads = 1;        // of Add and Search
  int gpu_memory_mb = 0;  // at most; 0: nine tenths of what is free
  // The GPU that kind gpu scans on (index/device_queue.h); null: none, it scans on the CPU.
  std::shared_ptr<DeviceQueue> device = nullptr;
};

// Add is not to be called together with anything else; Search is const and thread-safe.
class VectorIndex {
 public:
  virtual ~VectorIndex() = default;
  virtual size_t size() const = 0;
  virtual int dim() const = 0;
  // Rows [n, dim]. kInvalidArgument ("dim is 384, the index has 512") on another dim, values that
  // are not finite or beyond f16's range; then nothing is added. After
  // kInternal or kResourceExhausted the index is only good to be thrown away.
  virtual absl::Status Add(MatrixView rows) = 0;
  // For each query up to k neighbours, best first, ties by row, only rows in `keep` (null: all). An
  // approximate index may miss some, but never returns a row outside `keep`, a row twice or a wrong
  // score, and when `keep` is so small that its graph walk would starve it scans the kept rows
  // exactly: k results come back whenever k rows are kept. kInvalidArgument on another dim,
  // non-finite queries, or a mask of fewer rows than the index has.
  virtual absl::StatusOr<std::vector<std::vector<Neighbor>>> Search(MatrixView queries, size_t k,
                                                                    const RowMask* keep) const = 0;
  // The rows, to be scanned as they are (row_store.h).
  virtual const RowStore& store() const = 0;
  // Everything needed to open it again, as bytes (segment files wrap them in a checksum).
  virtual absl::StatusOr<std::string> Save() const = 0;
};

// kInvalidArgument on options out of range; kFailedPrecondition where this CPU cannot run FAISS.
absl::StatusOr<std::unique_ptr<VectorIndex>> NewIndex(const IndexOptions& options, int dim);
// What Save gave.
struct SavedIndex {
  SavedIndex(const std::string& bytes_in) : bytes(bytes_in) {}  // NOLINT: as good as its bytes
  SavedIndex(std::string_view bytes_in, std::shared_ptr<const void> owner_in)
      : bytes(bytes_in), owner(std::move(owner_in)) {}

  std::string_view bytes;
  // Keeps the bytes, so that the rows need not be copied. Null: the bytes go after loading.
  std::shared_ptr<const void> owner;
};

// `saved` is of the same kind. Bytes that are torn, foreign or made up are kDataLoss.
absl::StatusOr<std::unique_ptr<VectorIndex>> LoadIndex(const IndexOptions& options, int dim,
                                                       const SavedIndex& saved);

}  // namespace imago

#endif  // IMAGO_INDEX_VECTOR_INDEX_H_
