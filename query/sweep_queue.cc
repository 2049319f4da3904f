#include "query/sweep_queue.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

namespace imago {
namespace {

// 0 up to 64, 1 up to 256, and so on.
int SizeOf(size_t k) { return (std::bit_width(std::max<size_t>(k, 64) - 1) - 5) / 2; }

bool SameRows(const std::shared_ptr<const RowMask>& a, const std::shared_ptr<const RowMask>& b) {
  if (a == b) return true;
  return a != nullptr && b != nullptr && a->size() == b->size() && a->words() == b->words();
}

bool GoTogether(const SweepRequest& a, const SweepRequest& b) {
  return a.index == b.index && a.scan == b.scan && SizeOf(a.k) == SizeOf(b.k) &&
         a.query.size() == b.query.size() && SameRows(a.keep, b.keep);
}

}  // namespace

void SweepQueue::Add(std::shared_ptr<SweepRequest> request, Time now) {
  const auto fits = [&](const Group& group) {
    return group.requests.size() < rules_.max_queries &&
           GoTogether(*group.requests.front(), *request);
  };
  auto group = std::find_if(groups_.begin(), groups_.end(), fits);
  if (group == groups_.end()) group = groups_.emplace(groups_.end());
  group->requests.push_back(std::move(request));
  group->since.push_back(now);
}

void SweepQueue::Remove(const SweepRequest& request) {
  for (auto group = groups_.begin(); group != groups_.end(); ++group) {
    SweepBatch& all = group->requests;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const auto& one) { return one.get() == &request; });
    if (found == all.end()) continue;
    group->since.erase(group->since.begin() + (found - all.begin()));
    all.erase(found);
    if (all.empty()) groups_.erase(group);
    groups_.sort([](const Group& a, const Group& b) { return a.since[0] < b.since[0]; });
    return;
  }
}

std::list<SweepQueue::Group>::const_iterator SweepQueue::FindDue(Time now) const {
  if (running_ >= rules_.max_running) return groups_.end();
  if (running_ == 0) return groups_.begin();
  return std::find_if(groups_.begin(), groups_.end(), [&](const Group& group) {
    return group.requests.size() == rules_.max_queries ||
           now - group.since.front() >= rules_.max_wait;
  });
}

std::shared_ptr<SweepRequest> SweepQueue::Due(Time now) const {
  const auto due = FindDue(now);
  return due == groups_.end() ? nullptr : due->requests.front();
}

SweepBatch SweepQueue::Take(const SweepRequest& request, Time now) {
  const auto due = FindDue(now);
  if (due == groups_.end()) return {};
  const bool in_it = std::any_of(due->requests.begin(), due->requests.end(),
                                 [&](const auto& one) { return one.get() == &request; });
  if (!in_it) return {};
  SweepBatch batch = due->requests;
  groups_.erase(due);
  ++running_;
  return batch;
}

SweepQueue::Time SweepQueue::WakeAt(const SweepRequest& request, Time now) const {
  for (const Group& group : groups_) {
    if (group.requests.front().get() != &request) continue;
    const Time due = group.since.front() + rules_.max_wait;
    if (due > now) return due;  // later, somebody's Finish wakes it
  }
  return Time::max();
}

size_t SweepQueue::waiting() const {
  size_t waiting = 0;
  for (const Group& group : groups_) waiting += group.requests.size();
  return waiting;
}

}  // namespace imago
