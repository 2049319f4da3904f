#ifndef IMAGO_QUERY_SWEEP_QUEUE_H_
#define IMAGO_QUERY_SWEEP_QUEUE_H_

// Which waiting searches go together, and when: the rules of SharedSweeps without its threads.

#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "index/vector_index.h"

namespace imago {

struct SweepRules {
  size_t max_queries = 64;                   // of one batch
  std::chrono::microseconds max_wait{1000};  // of the oldest while another sweep runs
  size_t max_running = 1;  // sweeps at once: more than the machine has cores only slow each other
};

// One query to one index. What it asks does not change once it is in a queue.
struct SweepRequest {
  std::shared_ptr<const VectorIndex> index;
  std::shared_ptr<const RowMask> keep;  // null: all rows
  std::vector<float> query;             // [dim]
  size_t k = 0;
  bool scan = false;  // of the rows as they are, where the index is an approximate one

  // Set by SharedSweeps.
  bool done = false;
  absl::StatusOr<std::vector<Neighbor>> found = std::vector<Neighbor>();
  std::condition_variable changed;
};
using SweepBatch = std::vector<std::shared_ptr<SweepRequest>>;

// Searches of the same rows share a batch: one index, masks with the same content, and a k of about
// one size, since the largest makes the work of all. A batch is due when no sweep is running, when
// it is full, or when its oldest has waited long enough; the oldest batch goes first. Not
// thread-safe.
class SweepQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit SweepQueue(const SweepRules& rules) : rules_(rules) {}

  void Add(std::shared_ptr<SweepRequest> request, Time now);
  // Does nothing when it is not waiting here.
  void Remove(const SweepRequest& request);
  // The oldest request of the batch that may go at `now`; null when none may.
  std::shared_ptr<SweepRequest> Due(Time now) const;
  // The batch that Due tells of, if `request` is in it; else none. Counts as running until Finish.
  SweepBatch Take(const SweepRequest& request, Time now);
  void Finish() { --running_; }
  // Until when `request` need not look at the queue again unless it is woken: when it is the oldest
  // of its batch, the time at which it has waited long enough.
  Time WakeAt(const SweepRequest& request, Time now) const;
  size_t waiting() const;

 private:
  struct Group {
    SweepBatch requests;      // the oldest first
    std::vector<Time> since;  // of each
  };

  std::list<Group>::const_iterator FindDue(Time now) const;

  const SweepRules rules_;
  std::list<Group> groups_;  // by the age of their oldest; none is empty or more than full
  size_t running_ = 0;
};

}  // namespace imago

#endif  // IMAGO_QUERY_SWEEP_QUEUE_H_
