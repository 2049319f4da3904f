#ifndef IMAGO_KERNELS_HUGE_PAGES_H_
#define IMAGO_KERNELS_HUGE_PAGES_H_

// Memory for long scans: cache lines, and from 2 MB on asked for in huge pages, which save about a
// tenth of the time of a scan from memory.

#include <cstddef>
#include <vector>

namespace imago {

// `bytes` at a multiple of 64. Throws std::bad_alloc, as containers expect.
void* AllocatePages(size_t bytes);
void FreePages(void* memory);

template <typename T>
struct HugePages {
  using value_type = T;
  HugePages() = default;
  template <typename U>
  HugePages(const HugePages<U>&) {}  // NOLINT: allocators convert
  T* allocate(size_t count) { return static_cast<T*>(AllocatePages(count * sizeof(T))); }
  void deallocate(T* memory, size_t) { FreePages(memory); }
  friend bool operator==(const HugePages&, const HugePages&) { return true; }
};

template <typename T>
using PagedVector = std::vector<T, HugePages<T>>;

}  // namespace imago

#endif  // IMAGO_KERNELS_HUGE_PAGES_H_
