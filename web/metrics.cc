#include "web/metrics.h"

#include <fmt/format.h>

#include <vector>

namespace imago {
namespace {

std::string Head(const char* name, const char* type, const char* help) {
  return fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

}  // namespace

void Metrics::Count(const std::string& route, const std::string& method, int status,
                    double seconds) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++requests_[{route, method, status}];
  Histogram& histogram = latencies_[route];
  for (size_t i = 0; i < kBounds.size(); ++i) {
    if (seconds <= kBounds[i]) ++histogram.buckets[i];
  }
  ++histogram.count;
  histogram.seconds += seconds;
}

std::string Metrics::Requests() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::string out = Head("imago_requests_total", "counter", "Requests answered.");
  for (const auto& [key, count] : requests_) {
    out += fmt::format("imago_requests_total{{route=\"{}\",method=\"{}\",status=\"{}\"}} {}\n",
                       std::get<0>(key), std::get<1>(key), std::get<2>(key), count);
  }
  out += Head("imago_request_seconds", "histogram", "Time to answer, by route.");
  for (const auto& [route, histogram] : latencies_) {
    for (size_t i = 0; i < kBounds.size(); ++i) {
      out += fmt::format("imago_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", route,
                         kBounds[i], histogram.buckets[i]);
    }
    out += fmt::format("imago_request_seconds_bucket{{route=\"{}\",le=\"+Inf\"}} {}\n", route,
                       histogram.count);
    out += fmt::format("imago_request_seconds_sum{{route=\"{}\"}} {}\n", route, histogram.seconds);
    out += fmt::format("imago_request_seconds_count{{route=\"{}\"}} {}\n", route, histogram.count);
  }
  return out;
}

namespace {

std::string CollectionMetrics(const std::vector<CollectionStats>& all) {
  struct Series {
    const char* name;
    const char* help;
    uint64_t CollectionStats::*value;
  };
  constexpr Series kSeries[] = {
      {"imago_collection_items", "Items held.", &CollectionStats::items},
      {"imago_collection_rows", "Rows searched.", &CollectionStats::rows},
      {"imago_collection_bytes", "Bytes on disk.", &CollectionStats::bytes}};
  std::string out;
  for (const Series& series : kSeries) {
    out += Head(series.name, "gauge", series.help);
    for (const CollectionStats& stats : all) {
      out +=
          fmt::format("{}{{collection=\"{}\"}} {}\n", series.name, stats.name, stats.*series.value);
    }
  }
  out += Head("imago_collection_recall_estimate", "gauge",
              "Share of the 10 nearest rows that a search finds, where it has been measured.");
  for (const CollectionStats& stats : all) {
    if (!stats.recall_estimate) continue;
    out += fmt::format("imago_collection_recall_estimate{{collection=\"{}\"}} {}\n", stats.name,
                       *stats.recall_estimate);
  }
  return out;
}

std::string SweepMetrics(const SweepCounts& counts) {
  return Head("imago_sweeps_total", "counter", "Sweeps over rows that searches may share.") +
         fmt::format("imago_sweeps_total {}\n", counts.sweeps) +
         Head("imago_sweep_queries_total", "counter", "Queries answered by these sweeps.") +
         fmt::format("imago_sweep_queries_total {}\n", counts.queries) +
         Head("imago_sweep_queries_waiting", "gauge", "Queries that wait for a sweep.") +
         fmt::format("imago_sweep_queries_waiting {}\n", counts.waiting);
}

std::string ImportMetrics(const std::vector<ImportReport>& imports) {
  ImportCounts sum;
  std::map<std::string, int> states;
  for (const ImportReport& report : imports) {
    ++states[std::string(ImportStateName(report.state))];
    sum.embedded += report.counts.embedded;
    sum.indexed += report.counts.indexed;
    sum.skipped += report.counts.skipped;
    sum.failed += report.counts.failed;
  }
  std::string out = Head("imago_imports", "gauge", "Imports by state.");
  for (const auto& [state, count] : states) {
    out += fmt::format("imago_imports{{state=\"{}\"}} {}\n", state, count);
  }
  out += Head("imago_import_files", "gauge", "Files of all imports known, by outcome.");
  const std::pair<const char*, uint64_t> outcomes[] = {{"embedded", sum.embedded},
                                                       {"indexed", sum.indexed},
                                                       {"skipped", sum.skipped},
                                                       {"failed", sum.failed}};
  for (const auto& [outcome, count] : outcomes) {
    out += fmt::format("imago_import_files{{outcome=\"{}\"}} {}\n", outcome, count);
  }
  return out;
}

}  // namespace

std::string EngineMetrics(Engine& engine) {
  std::vector<CollectionStats> all;
  for (const std::string& name : engine.ListCollections()) {
    absl::StatusOr<CollectionStats> stats = engine.Stats(name);
    if (stats.ok()) all.push_back(*std::move(stats));
  }
  return CollectionMetrics(all) + SweepMetrics(engine.sweep_counts()) +
         ImportMetrics(engine.ListImports());
}

}  // namespace imago
