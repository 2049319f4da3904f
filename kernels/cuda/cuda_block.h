#ifndef IMAGO_KERNELS_CUDA_CUDA_BLOCK_H_
#define IMAGO_KERNELS_CUDA_CUDA_BLOCK_H_

// A block of threads of a GPU, for scan_tile.h and select_groups.h.

#include <cuda_fp16.h>

#include <cstdint>

#include "kernels/cuda/group_scan.h"

#define IMAGO_DEVICE __device__

namespace imago {

class CudaBlock {
 public:
  // What each thread has for itself, in registers.
  template <class T>
  struct PerThread {
    __device__ T& operator[](uint32_t) { return value; }
    T value;
  };

  // Every thread runs `work`, and none goes on before all have.
  template <class Work>
  __device__ void Phase(Work work) {
    work(threadIdx.x);
    __syncthreads();
  }

  // Aligned to 16 bytes, and nothing writes them meanwhile.
  __device__ EightHalves Load(const Half* from) const {
    const uint4 bits = __ldg(reinterpret_cast<const uint4*>(from));
    static_assert(sizeof(EightHalves) == sizeof(bits));
    EightHalves out;
    memcpy(static_cast<void*>(&out), &bits, sizeof(out));
    return out;
  }
  __device__ float ToFloat(Half half) const { return __half2float(__ushort_as_half(half.bits)); }
  __device__ uint32_t Bits(float value) const { return __float_as_uint(value); }
  // Adds 1 to what all threads share and returns what was there.
  __device__ uint32_t AddOne(uint32_t* counter) const { return atomicAdd(counter, 1u); }
};

}  // namespace imago

#endif  // IMAGO_KERNELS_CUDA_CUDA_BLOCK_H_
