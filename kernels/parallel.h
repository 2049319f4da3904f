#ifndef IMAGO_KERNELS_PARALLEL_H_
#define IMAGO_KERNELS_PARALLEL_H_

#include <cstddef>
#include <functional>

namespace imago {

// Calls run(0) to run(parts - 1), the first on this thread and each other on one of its own, and
// waits for all. Where no thread can be had, the part runs on this one. What a part throws is
// thrown once all have ended, of several the first.
void RunParts(size_t parts, const std::function<void(size_t part)>& run);

}  // namespace imago

#endif  // IMAGO_KERNELS_PARALLEL_H_
