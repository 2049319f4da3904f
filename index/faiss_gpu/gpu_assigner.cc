#include "index/gpu_assigner.h"

#include <cuda_runtime_api.h>
#include <faiss/gpu/GpuIndexFlat.h>
#include <faiss/gpu/StandardGpuResources.h>

namespace imago {
namespace {

// Where FAISS keeps products on their way; the vectors to assign come in blocks of its own, of up
// to 256 MB.
constexpr size_t kScratchBytes = size_t{256} << 20;

bool HasRoomFor(size_t bytes) {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0) return false;
  size_t free = 0, total = 0;
  if (cudaSetDevice(0) != cudaSuccess || cudaMemGetInfo(&free, &total) != cudaSuccess) return false;
  return bytes + 4 * kScratchBytes < free;
}

}  // namespace

std::unique_ptr<faiss::Index> NewGpuAssigner(int dim, size_t centroids) {
  if (!HasRoomFor(2 * centroids * static_cast<size_t>(dim) * sizeof(float))) return nullptr;
  faiss::gpu::StandardGpuResources resources;  // shared: the index keeps what it needs of them
  resources.setTempMemory(kScratchBytes);
  resources.setPinnedMemory(0);
  return std::make_unique<faiss::gpu::GpuIndexFlatIP>(&resources, dim);
}

}  // namespace imago
