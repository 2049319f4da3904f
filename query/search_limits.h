#ifndef IMAGO_QUERY_SEARCH_LIMITS_H_
#define IMAGO_QUERY_SEARCH_LIMITS_H_

// How long a search may take, and whether anyone still waits for its answer.

#include <chrono>
#include <functional>

#include "absl/status/status.h"

namespace imago {

struct SearchLimits {
  using Time = std::chrono::steady_clock::time_point;

  Time deadline = Time::max();
  std::function<bool()> gone;  // whether the client has left; empty: it stays. Thread-safe

  // kDeadlineExceeded from the deadline on, kCancelled when the client has left.
  absl::Status Check(Time now = std::chrono::steady_clock::now()) const {
    if (now >= deadline) return absl::DeadlineExceededError("the search's time is up");
    if (gone && gone()) return absl::CancelledError("the client has left");
    return absl::OkStatus();
  }
};

}  // namespace imago

#endif  // IMAGO_QUERY_SEARCH_LIMITS_H_
