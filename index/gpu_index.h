#ifndef IMAGO_INDEX_GPU_INDEX_H_
#define IMAGO_INDEX_GPU_INDEX_H_

// Exact search whose scan runs on a GPU. It holds an exact index and, once it is first searched, a
// copy of the rows on the device. The device names the groups of rows that may hold the best
// (kernels/cuda/group_scan.h), the CPU scores these and proves that no other can (group_rank.h):
// the answer is that of the exact index, to the bit. What the device cannot do, the exact index
// does: out of its memory, lost, or beyond the limits below.

#include <memory>

#include "index/exact_index.h"
#include "index/vector_index.h"

namespace imago {

inline constexpr size_t kMaxDeviceK = 4096;

// `exact` becomes its rows; options.device is not null.
std::unique_ptr<VectorIndex> NewGpuIndex(const IndexOptions& options,
                                         std::unique_ptr<ExactIndex> exact);

}  // namespace imago

#endif  // IMAGO_INDEX_GPU_INDEX_H_
