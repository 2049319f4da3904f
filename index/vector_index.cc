#include "index/vector_index.h"

#include <fmt/format.h>

#include "index/exact_index.h"
#include "index/faiss_index.h"
#include "index/gpu_index.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

// The FAISS that tools/setup builds has AVX2 instructions throughout.
bool CpuRunsFaiss() {
  for (const Kernels* kernels : AvailableKernels()) {
    if (std::string_view(kernels->name) == "avx2") return true;
  }
  return false;
}

absl::Status CheckRange(const char* name, int value, int min, int max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} is {}, allowed are {} to {}", name, value, min, max));
}

absl::Status CheckOptions(const IndexOptions& options, int dim) {
  constexpr int kMillion = 1000000;
  absl::Status status = CheckRange("dim", dim, 1, kMillion);
  status.Update(CheckRange("threads", options.threads, 1, 1024));
  status.Update(CheckRange("hnsw_links", options.hnsw_links, 2, 256));
  status.Update(CheckRange("hnsw_ef_construction", options.hnsw_ef_construction, 1, kMillion));
  status.Update(CheckRange("hnsw_ef_search", options.hnsw_ef_search, 1, kMillion));
  status.Update(CheckRange("ivf_lists", options.ivf_lists, 0, kMillion));
  status.Update(CheckRange("ivf_probes", options.ivf_probes, 1, kMillion));
  if (status.ok() && SavedKind(options.kind) != IndexKind::kExact && !CpuRunsFaiss()) {
    status = absl::FailedPreconditionError(
        fmt::format("index kind {} needs a CPU with AVX2; use kind exact",
                    fmt::string_view(IndexKindName(options.kind))));
  }
  return status;
}

// Where kind and device say so, an exact index with its scan on the GPU.
std::unique_ptr<VectorIndex> OnDevice(const IndexOptions& options,
                                      std::unique_ptr<ExactIndex> exact) {
  if (options.kind != IndexKind::kGpu || options.device == nullptr) return exact;
  return NewGpuIndex(options, std::move(exact));
}

}  // namespace

std::string_view IndexKindName(IndexKind kind) {
  switch (kind) {
    case IndexKind::kExact:
      return "exact";
    case IndexKind::kHnsw:
      return "hnsw";
    case IndexKind::kIvf:
      return "ivf";
    case IndexKind::kGpu:
      return "gpu";
  }
  return "unknown";
}

absl::StatusOr<IndexKind> ParseIndexKind(std::string_view name) {
  for (const IndexKind kind :
       {IndexKind::kExact, IndexKind::kHnsw, IndexKind::kIvf, IndexKind::kGpu}) {
    if (name == IndexKindName(kind)) return kind;
  }
  return absl::InvalidArgumentError(fmt::format(
      "index kind is '{}', known are exact, hnsw, ivf and gpu", fmt::string_view(name)));
}

IndexKind SavedKind(IndexKind kind) { return kind == IndexKind::kGpu ? IndexKind::kExact : kind; }

absl::StatusOr<std::unique_ptr<VectorIndex>> NewIndex(const IndexOptions& options, int dim) {
  const absl::Status checked = CheckOptions(options, dim);
  if (!checked.ok()) return checked;
  switch (options.kind) {
    case IndexKind::kHnsw:
      return NewHnswIndex(options, dim);
    case IndexKind::kIvf:
      return NewIvfIndex(options, dim);
    default:
      return OnDevice(options, NewExactIndex(options, dim));
  }
}

absl::StatusOr<std::unique_ptr<VectorIndex>> LoadIndex(const IndexOptions& options, int dim,
                                                       const SavedIndex& saved) {
  const absl::Status checked = CheckOptions(options, dim);
  if (!checked.ok()) return checked;
  switch (options.kind) {
    case IndexKind::kHnsw:
      return LoadHnswIndex(options, dim, saved);
    case IndexKind::kIvf:
      return LoadIvfIndex(options, dim, saved);
    default:
      break;
  }
  absl::StatusOr<std::unique_ptr<ExactIndex>> exact = LoadExactIndex(options, dim, saved);
  if (!exact.ok()) return exact.status();
  return OnDevice(options, *std::move(exact));
}

}  // namespace imago
