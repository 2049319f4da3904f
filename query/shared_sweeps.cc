#include "query/shared_sweeps.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "fmt/format.h"
#include "index/row_store.h"

namespace imago {
namespace {

using Clock = std::chrono::steady_clock;
using Found = std::vector<std::vector<Neighbor>>;

// How often a waiting request asks whether its client has left.
constexpr std::chrono::milliseconds kAskGone{20};

// Others wait for the answer, so that nothing may leave by an exception.
absl::StatusOr<Found> Sweep(absl::Span<const std::shared_ptr<SweepRequest>> batch) {
  const SweepRequest& first = *batch.front();
  size_t k = 0;
  try {
    Matrix queries(batch.size(), first.query.size());
    for (size_t i = 0; i < batch.size(); ++i) {
      std::copy(batch[i]->query.begin(), batch[i]->query.end(), queries.row(i));
      k = std::max(k, batch[i]->k);
    }
    if (!first.scan) return first.index->Search(queries, k, first.keep.get());
    const RowStore& rows = first.index->store();
    const absl::Status checked = rows.CheckQueries(queries, first.keep.get());
    if (!checked.ok()) return checked;
    return rows.Scan(queries, {.k = k, .keep = first.keep.get()});
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("searching the index: {}", error.what()));
  }
}

using Answers = std::vector<absl::StatusOr<std::vector<Neighbor>>>;

// One answer for each; where the batch fails, each is asked alone and has its own error.
Answers SweepAll(absl::Span<const std::shared_ptr<SweepRequest>> batch) {
  absl::StatusOr<Found> found = Sweep(batch);
  Answers answers;
  if (!found.ok() && batch.size() > 1) {
    for (size_t i = 0; i < batch.size(); ++i) {
      answers.push_back(std::move(SweepAll(batch.subspan(i, 1)).front()));
    }
    return answers;
  }
  for (size_t i = 0; i < batch.size(); ++i) {
    if (!found.ok()) {
      answers.emplace_back(found.status());
      continue;
    }
    std::vector<Neighbor>& neighbors = (*found)[i];
    if (neighbors.size() > batch[i]->k) neighbors.resize(batch[i]->k);
    answers.emplace_back(std::move(neighbors));
  }
  return answers;
}

}  // namespace

absl::StatusOr<std::vector<Neighbor>> SharedSweeps::Search(std::shared_ptr<SweepRequest> request,
                                                           const SearchLimits& limits) {
  std::unique_lock lock(mutex_);
  queue_.Add(request, Clock::now());
  while (!request->done) {
    const auto now = Clock::now();
    if (const absl::Status status = limits.Check(now); !status.ok()) {
      queue_.Remove(*request);
      WakeDue();  // it may have been the one to be woken
      return status;
    }
    if (const SweepBatch batch = queue_.Take(*request, now); !batch.empty()) {
      Lead(batch, lock);
      continue;
    }
    auto until = std::min(limits.deadline, queue_.WakeAt(*request, now));
    if (limits.gone) until = std::min(until, now + kAskGone);
    if (until == SearchLimits::Time::max()) {
      request->changed.wait(lock);
    } else {
      request->changed.wait_until(lock, until);
    }
  }
  return std::move(request->found);
}

void SharedSweeps::Lead(const SweepBatch& batch, std::unique_lock<std::mutex>& lock) {
  WakeDue();  // another batch may start beside this one
  lock.unlock();
  Answers answers = SweepAll(batch);
  lock.lock();
  queue_.Finish();
  ++counts_.sweeps;
  counts_.queries += batch.size();
  for (size_t i = 0; i < batch.size(); ++i) {
    batch[i]->found = std::move(answers[i]);
    batch[i]->done = true;
    batch[i]->changed.notify_one();
  }
  WakeDue();
}

void SharedSweeps::WakeDue() {
  if (const auto next = queue_.Due(Clock::now())) next->changed.notify_one();
}

SweepCounts SharedSweeps::counts() const {
  const std::lock_guard lock(mutex_);
  SweepCounts counts = counts_;
  counts.waiting = queue_.waiting();
  return counts;
}

}  // namespace imago
