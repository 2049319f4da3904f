#include "query/planner.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "fmt/format.h"
#include "index/row_store.h"
#include "kernels/kernels.h"
#include "query/stop_watch.h"
#include "spdlog/spdlog.h"

namespace imago {
namespace {

constexpr size_t kProbes = 32;
constexpr size_t kTimed = 4;  // of them, one at a time by the exact way
constexpr size_t kNeighbors = 10;

using Found = std::vector<std::vector<Neighbor>>;

// Evenly chosen rows and their numbers.
struct Sample {
  std::vector<uint32_t> numbers;
  Matrix rows;
};

Sample SampleOf(HalfMatrixView rows) {
  Sample sample;
  HalfMatrix chosen(0, rows.cols());
  const size_t count = std::min(kProbes, rows.rows());
  for (size_t i = 0; i < count; ++i) {
    const size_t row = rows.rows() * i / count;
    sample.numbers.push_back(static_cast<uint32_t>(row));
    chosen.Append(rows.Slice(row, 1));
  }
  sample.rows = ToFloat(chosen);
  return sample;
}

// How many of the exact neighbours were found, and how many there are.
std::pair<size_t, size_t> CountFound(uint32_t self, const std::vector<Neighbor>& exact,
                                     const std::vector<Neighbor>& approximate) {
  size_t found = 0, all = 0;
  for (const Neighbor& neighbor : exact) {
    if (neighbor.row == self) continue;
    ++all;
    found += std::any_of(approximate.begin(), approximate.end(),
                         [&](const Neighbor& other) { return other.row == neighbor.row; });
  }
  return {found, all};
}

}  // namespace

absl::StatusOr<IndexProbe> ProbeIndex(const VectorIndex& index, const std::function<bool()>& stop) {
  const RowStore& store = index.store();
  const Sample sample = SampleOf(store.rows());
  if (sample.numbers.empty()) return absl::FailedPreconditionError("the index has no rows");
  const TopKOptions options = {.k = kNeighbors + 1};
  IndexProbe probe;
  probe.queries = sample.numbers.size();
  const size_t timed = std::min(kTimed, probe.queries);
  StopWatch watch;
  for (size_t i = 0; i < timed; ++i) {
    if (stop && stop()) return absl::CancelledError("stopped");
    store.Scan(sample.rows.view().Slice(i, 1), options);
  }
  probe.exact_ms = watch.LapMs() / static_cast<double>(timed);
  const Found exact = store.Scan(sample.rows, options);
  probe.exact_shared_ms = watch.LapMs() / static_cast<double>(probe.queries);
  size_t found = 0, all = 0;
  for (size_t i = 0; i < probe.queries; ++i) {
    if (stop && stop()) return absl::CancelledError("stopped");
    const auto approximate = index.Search(sample.rows.view().Slice(i, 1), options.k, nullptr);
    if (!approximate.ok()) return approximate.status();
    const auto [some, of] = CountFound(sample.numbers[i], exact[i], approximate->front());
    found += some;
    all += of;
  }
  probe.approximate_ms = watch.LapMs() / static_cast<double>(probe.queries);
  probe.recall = all == 0 ? 1 : static_cast<double>(found) / static_cast<double>(all);
  return probe;
}

Plan ChoosePlan(const PlanInput& input) {
  if (!input.probe) return {false, "not measured yet"};
  const IndexProbe& probe = *input.probe;
  const double kept = static_cast<double>(std::max<size_t>(input.kept, 1));
  const double share = kept / static_cast<double>(std::max<size_t>(input.rows, 1));
  const auto batch = static_cast<double>(std::max<size_t>(input.batch, 1));
  const double alone = std::max(0.0, probe.exact_ms - probe.exact_shared_ms);
  const double exact_ms = share * (probe.exact_shared_ms + alone / batch);
  const double approximate_ms = probe.approximate_ms / share;
  if (exact_ms <= approximate_ms) {
    return {true,
            fmt::format("exact costs {:.2f} ms, no more than {:.2f} ms", exact_ms, approximate_ms)};
  }
  if (exact_ms <= input.target_ms) {
    return {true, fmt::format("exact costs {:.2f} ms, within the target of {:g} ms", exact_ms,
                              input.target_ms)};
  }
  return {false, fmt::format("exact would cost {:.2f} ms, above the target of {:g} ms", exact_ms,
                             input.target_ms)};
}

Planner::Planner(double target_ms) : target_ms_(target_ms) {}

Planner::~Planner() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (worker_.joinable()) worker_.join();
}

Plan Planner::Choose(const Segment& segment, size_t kept, size_t batch) {
  Want(segment.index);
  return ChoosePlan({segment.index->size(), kept, batch, target_ms_, Find(segment.index.get())});
}

std::optional<IndexProbe> Planner::Find(const VectorIndex* index) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(index);
  if (found == entries_.end() || found->second.index.expired()) return std::nullopt;
  return found->second.probe;
}

void Planner::Want(const std::shared_ptr<const VectorIndex>& index) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(index.get());
  if (found != entries_.end() && !found->second.index.expired()) return;
  std::erase_if(entries_, [](const auto& entry) { return entry.second.index.expired(); });
  entries_[index.get()] = {index, std::nullopt};
  queue_.push_back(index);
  if (!worker_.joinable()) worker_ = std::thread([this] { Work(); });
  changed_.notify_all();
}

void Planner::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (stop_) return;
    const std::shared_ptr<const VectorIndex> index = queue_.front().lock();
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    absl::StatusOr<IndexProbe> probe = absl::CancelledError("the index is gone");
    if (index != nullptr) {
      probe = ProbeIndex(*index, [this] {
        const std::lock_guard stop_lock(mutex_);
        return stop_;
      });
    }
    if (!probe.ok() && !absl::IsCancelled(probe.status())) {
      spdlog::warn("measuring an index: {}", probe.status().ToString());
    }
    lock.lock();
    if (probe.ok()) entries_[index.get()].probe = *probe;
    busy_ = false;
    changed_.notify_all();
  }
}

void Planner::AwaitProbes() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.empty() && !busy_; });
}

}  // namespace imago
