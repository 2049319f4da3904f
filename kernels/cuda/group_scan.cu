#include "kernels/cuda/cuda_block.h"
#include "kernels/cuda/group_scan.h"
// After the block that they run on.
#include "kernels/cuda/scan_tile.h"
#include "kernels/cuda/select_groups.h"

namespace imago {
namespace {

template <class Shape>
__global__ void __launch_bounds__(kBlockThreads) ScanKernel(const ScanArgs args) {
  __shared__ TileMemory<Shape> memory;
  CudaBlock block;
  ScanTile<Shape>(block, args, blockIdx.x, memory);
}

__global__ void __launch_bounds__(kBlockThreads) SelectKernel(const SelectArgs args) {
  __shared__ SelectMemory memory;
  CudaBlock block;
  SelectGroups(block, args, blockIdx.x, memory);
}

template <class Shape>
int LaunchShape(const ScanArgs& args, CUstream_st* stream) {
  const uint32_t tiles = (args.num_rows - 1) / Shape::kRows + 1;
  ScanKernel<Shape><<<tiles, kBlockThreads, 0, stream>>>(args);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace

int LaunchScan(const ScanArgs& args, CUstream_st* stream) {
  return args.num_queries <= FewShape::kQueries ? LaunchShape<FewShape>(args, stream)
                                                : LaunchShape<BatchShape>(args, stream);
}

int LaunchSelect(const SelectArgs& args, CUstream_st* stream) {
  SelectKernel<<<args.num_queries, kBlockThreads, 0, stream>>>(args);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace imago
