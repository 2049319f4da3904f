#ifndef IMAGO_QUERY_SHARED_SWEEPS_H_
#define IMAGO_QUERY_SHARED_SWEEPS_H_

// Searches of one index that come at the same time share one sweep over its rows: the rows are read
// from memory once for all of them. Hits and scores are those of searching alone, to the bit.

#include <cstdint>
#include <mutex>

#include "query/search_limits.h"
#include "query/sweep_queue.h"

namespace imago {

struct SweepCounts {
  uint64_t sweeps = 0;   // since the start
  uint64_t queries = 0;  // answered by them
  size_t waiting = 0;    // now
};

// Thread-safe. Has no threads of its own: one of the callers that wait sweeps for all of its batch.
class SharedSweeps {
 public:
  explicit SharedSweeps(const SweepRules& rules) : queue_(rules) {}

  // As index->Search of the one query, or as a scan of its rows where that is asked for, for an
  // index whose answers do not depend on what else is asked in the call; the first `k` of an answer
  // must be those for a smaller `k`. Errors concern the request alone. A request that is over its
  // limits leaves, with SearchLimits::Check's error, unless its own thread is sweeping.
  absl::StatusOr<std::vector<Neighbor>> Search(std::shared_ptr<SweepRequest> request,
                                               const SearchLimits& limits);

  SweepCounts counts() const;

 private:
  void Lead(const SweepBatch& batch, std::unique_lock<std::mutex>& lock);
  void WakeDue();

  mutable std::mutex mutex_;  // guards what follows, and `done` and `found` of requests
  SweepQueue queue_;
  SweepCounts counts_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_SHARED_SWEEPS_H_
