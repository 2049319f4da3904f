#ifndef IMAGO_TESTS_SUPPORT_HOST_BLOCK_H_
#define IMAGO_TESTS_SUPPORT_HOST_BLOCK_H_

// A GPU's block of threads on one thread of the CPU, for scan_tile.h and select_groups.h: in each
// phase its threads run one after the other, in an order that a test chooses. What holds in any
// order holds for threads that run together, as long as phases do not write what others read.

#include <array>
#include <bit>
#include <cstdint>

#include "kernels/cuda/group_scan.h"
#include "kernels/kernels.h"

#define IMAGO_DEVICE

namespace imago {

class HostBlock {
 public:
  using Order = std::array<uint32_t, kBlockThreads>;

  template <class T>
  struct PerThread {
    T& operator[](uint32_t thread) { return values.at(thread); }
    std::array<T, kBlockThreads> values;
  };

  explicit HostBlock(const Order& order) : order_(order) {}

  template <class Work>
  void Phase(Work work) {
    for (const uint32_t thread : order_) work(thread);
  }
  EightHalves Load(const Half* from) const {
    return *reinterpret_cast<const EightHalves*>(from);  // the sanitizers see whether it is aligned
  }
  float ToFloat(Half half) const {
    float value = 0;
    ScalarKernels().to_f32(&half, &value, 1);
    return value;
  }
  uint32_t Bits(float value) const { return std::bit_cast<uint32_t>(value); }
  uint32_t AddOne(uint32_t* counter) const { return (*counter)++; }

 private:
  const Order& order_;
};

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_HOST_BLOCK_H_
