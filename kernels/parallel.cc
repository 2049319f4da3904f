#include "kernels/parallel.h"

#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace imago {

void RunParts(size_t parts, const std::function<void(size_t part)>& run) {
  std::mutex mutex;
  std::exception_ptr thrown;
  const auto guarded = [&](size_t part) {
    try {
      run(part);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!thrown) thrown = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(parts);
  for (size_t part = 1; part < parts; ++part) {
    try {
      threads.emplace_back(guarded, part);
    } catch (const std::system_error&) {
      guarded(part);
    }
  }
  if (parts > 0) guarded(0);
  for (std::thread& thread : threads) thread.join();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace imago
