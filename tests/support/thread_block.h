#ifndef IMAGO_TESTS_SUPPORT_THREAD_BLOCK_H_
#define IMAGO_TESTS_SUPPORT_THREAD_BLOCK_H_

// A GPU's block of threads as so many threads of the CPU that really run together, each with the
// whole kernel, as on a GPU: ThreadSanitizer then sees whatever two of them touch between the same
// two barriers. Slow; HostBlock is for all else.

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include "tests/support/host_block.h"

namespace imago {

class ThreadBlock {
 public:
  template <class T>
  struct PerThread {
    T& operator[](uint32_t) { return value; }
    T value;
  };

  ThreadBlock(uint32_t thread, std::barrier<>& barrier) : thread_(thread), barrier_(barrier) {}

  template <class Work>
  void Phase(Work work) {
    work(thread_);
    barrier_.arrive_and_wait();
  }
  EightHalves Load(const Half* from) const { return *reinterpret_cast<const EightHalves*>(from); }
  float ToFloat(Half half) const {
    float value = 0;
    ScalarKernels().to_f32(&half, &value, 1);
    return value;
  }
  uint32_t Bits(float value) const { return std::bit_cast<uint32_t>(value); }
  uint32_t AddOne(uint32_t* counter) const {
    return std::atomic_ref(*counter).fetch_add(1, std::memory_order_relaxed);
  }

 private:
  uint32_t thread_;
  std::barrier<>& barrier_;
};

// Runs `kernel(block)` in all threads of a block and waits for them.
template <class Kernel>
void RunThreads(const Kernel& kernel) {
  std::barrier<> barrier(kBlockThreads);
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < kBlockThreads; ++t) {
    threads.emplace_back([&barrier, &kernel, t] {
      ThreadBlock block(t, barrier);
      kernel(block);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_THREAD_BLOCK_H_
