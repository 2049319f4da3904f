#ifndef IMAGO_WEB_METRICS_H_
#define IMAGO_WEB_METRICS_H_

// Counters of the service in the Prometheus text format.

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "query/engine.h"

namespace imago {

// Thread-safe.
class Metrics {
 public:
  // `route` is the pattern, never the path: the number of series stays bounded.
  void Count(const std::string& route, const std::string& method, int status, double seconds);
  std::string Requests() const;

 private:
  static constexpr std::array<double, 10> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025,
                                                     0.05,  0.1,    0.25,  1,    5};
  struct Histogram {
    std::array<uint64_t, kBounds.size()> buckets{};
    uint64_t count = 0;
    double seconds = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, int>, uint64_t> requests_;
  std::map<std::string, Histogram> latencies_;  // by route
};

// Items, rows and bytes of each collection, shared sweeps, files of all imports by outcome.
std::string EngineMetrics(Engine& engine);

}  // namespace imago

#endif  // IMAGO_WEB_METRICS_H_
