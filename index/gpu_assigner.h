#ifndef IMAGO_INDEX_GPU_ASSIGNER_H_
#define IMAGO_INDEX_GPU_ASSIGNER_H_

// The nearest of many centroids on a GPU, by FAISS: nearly all of the time that k-means takes.

#include <cstddef>
#include <memory>

namespace faiss {
struct Index;
}

namespace imago {

// FAISS's flat index of inner products on the first GPU, for `centroids` vectors of `dim` values.
// Null where FAISS was built without GPUs, there is none, or its memory has no room: FAISS ends
// the process when a call to the GPU fails, so what can be known is asked before.
std::unique_ptr<faiss::Index> NewGpuAssigner(int dim, size_t centroids);

}  // namespace imago

#endif  // IMAGO_INDEX_GPU_ASSIGNER_H_
