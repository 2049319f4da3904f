#include "kernels/huge_pages.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace imago {

void* AllocatePages(size_t bytes) {
  constexpr size_t kLine = 64, kHuge = size_t{2} << 20;
  const size_t unit = bytes < kHuge ? kLine : kHuge;
  const size_t rounded = (bytes + unit - 1) / unit * unit;
  void* memory = rounded < bytes ? nullptr : std::aligned_alloc(unit, rounded);
  if (memory == nullptr) throw std::bad_alloc();
  if (unit == kHuge) madvise(memory, rounded, MADV_HUGEPAGE);  // a wish; without it, small pages
  return memory;
}

void FreePages(void* memory) { std::free(memory); }

}  // namespace imago
