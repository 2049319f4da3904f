#ifndef IMAGO_QUERY_PLANNER_H_
#define IMAGO_QUERY_PLANNER_H_

// Whether a segment with an approximate index is searched by it or row by row: both ways are
// measured on rows of the segment itself, in the background, when it is first searched.

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "index/snapshot.h"

namespace imago {

// How a segment answers for the 10 nearest of some of its own rows, themselves left out.
struct IndexProbe {
  double exact_ms = 0;         // of one query over all rows
  double exact_shared_ms = 0;  // of each query of a batch over all rows
  double approximate_ms = 0;   // of one query
  double recall = 0;   // the share of the exact way's answers that the approximate one finds
  size_t queries = 0;  // measured
};

// Takes as long as some dozen exact searches. kCancelled when `stop` says so meanwhile.
absl::StatusOr<IndexProbe> ProbeIndex(const VectorIndex& index,
                                      const std::function<bool()>& stop = {});

struct PlanInput {
  size_t rows = 0;   // of the segment
  size_t kept = 0;   // of these, may be hits
  size_t batch = 1;  // searches that wait for a sweep, this one among them
  double target_ms = 0;
  std::optional<IndexProbe> probe;
};

struct Plan {
  bool exact = true;
  std::string why;  // a phrase
};

// Exact where that is expected to cost no more or to stay within the target; approximate where
// nothing has been measured yet. A sweep's cost falls with the rows that a filter takes away and
// with the searches that share it; an approximate search fetches more the more it takes away.
Plan ChoosePlan(const PlanInput& input);

// Thread-safe. One thread, which probes one index after the other.
class Planner {
 public:
  // `target_ms`: for which an exact search is preferred.
  explicit Planner(double target_ms);
  ~Planner();  // waits for the search that a probe is at

  // For a search of the segment, whose index is approximate.
  Plan Choose(const Segment& segment, size_t kept, size_t batch);
  // None until it is measured.
  std::optional<IndexProbe> Find(const VectorIndex* index) const;
  void AwaitProbes();  // of all that was asked for up to now

 private:
  struct Entry {
    std::weak_ptr<const VectorIndex> index;
    std::optional<IndexProbe> probe;
  };

  void Want(const std::shared_ptr<const VectorIndex>& index);
  void Work();

  const double target_ms_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<const VectorIndex*, Entry> entries_;
  std::deque<std::weak_ptr<const VectorIndex>> queue_;
  bool busy_ = false;
  bool stop_ = false;
  std::thread worker_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_PLANNER_H_
