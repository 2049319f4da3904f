#include "kernels/parallel.h"

#include <system_error>
#include <thread>
#include <vector>

namespace imago {

void RunParts(size_t parts, const std::function<void(size_t part)>& run) {
  std::vector<std::thread> threads;
  threads.reserve(parts);
  for (size_t part = 1; part < parts; ++part) {
    try {
      threads.emplace_back(run, part);
    } catch (const std::system_error&) {
      run(part);
    }
  }
  if (parts > 0) run(0);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace imago
