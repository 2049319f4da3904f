#ifndef IMAGO_INDEX_RUN_FAISS_H_
#define IMAGO_INDEX_RUN_FAISS_H_

#include <functional>

#include "absl/status/status.h"

namespace imago {

// Runs a body that calls FAISS, with so many OpenMP threads (of this thread's parallel regions
// only), and turns what it throws into kInternal, or kResourceExhausted where memory ran out.
absl::Status RunFaiss(int threads, const std::function<void()>& body);

}  // namespace imago

#endif  // IMAGO_INDEX_RUN_FAISS_H_
