#include "index/run_faiss.h"

#include <fmt/format.h>
#include <omp.h>

#include <exception>
#include <new>

namespace imago {
namespace {

class OmpThreads {
 public:
  explicit OmpThreads(int threads) { omp_set_num_threads(threads); }
  ~OmpThreads() { omp_set_num_threads(before_); }
  OmpThreads(const OmpThreads&) = delete;
  OmpThreads& operator=(const OmpThreads&) = delete;

 private:
  int before_ = omp_get_max_threads();
};

}  // namespace

absl::Status RunFaiss(int threads, const std::function<void()>& body) {
  const OmpThreads limit(threads);
  try {
    body();
    return absl::OkStatus();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("no memory left for the FAISS index");
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("FAISS: {}", error.what()));
  }
}

}  // namespace imago
