#ifndef IMAGO_QUERY_STOP_WATCH_H_
#define IMAGO_QUERY_STOP_WATCH_H_

#include <chrono>

namespace imago {

class StopWatch {
 public:
  // Since the last call, or the making.
  double LapMs() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double, std::milli> lap = now - last_;
    last_ = now;
    return lap.count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace imago

#endif  // IMAGO_QUERY_STOP_WATCH_H_
