#include <algorithm>

#include "embed/eval_clip.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace imago {

std::string EvalReportToJson(const EvalReport& report) {
  nlohmann::json metrics = nlohmann::json::array();
  for (const Metric& metric : report.metrics) {
    nlohmann::json entry = {{"set", metric.set},     {"name", metric.name},
                            {"value", metric.value}, {"chance", metric.chance},
                            {"cases", metric.cases}, {"candidates", metric.candidates}};
    if (metric.baseline >= 0) entry["colour_histogram"] = metric.baseline;
    metrics.push_back(std::move(entry));
  }
  return nlohmann::json{{"model", report.model},
                        {"metrics", metrics},
                        {"absent", report.absent},
                        {"seconds", report.seconds}}
      .dump();
}

std::string EvalReportToText(const EvalReport& report) {
  size_t width = 0;
  for (const Metric& metric : report.metrics) width = std::max(width, metric.set.size());
  std::string text =
      fmt::format("{}\n{:<{}} {:<34} {:>7} {:>7} {:>10} {:>7} {:>11}\n", report.model, "set", width,
                  "measure", "%", "chance", "histogram", "cases", "candidates");
  for (const Metric& metric : report.metrics) {
    const std::string baseline =
        metric.baseline < 0 ? "-" : fmt::format("{:.1f}", 100 * metric.baseline);
    text += fmt::format("{:<{}} {:<34} {:>7.1f} {:>7.1f} {:>10} {:>7} {:>11}\n", metric.set, width,
                        metric.name, 100 * metric.value, 100 * metric.chance, baseline,
                        metric.cases, metric.candidates);
  }
  for (const std::string& set : report.absent) text += fmt::format("{} is not at hand\n", set);
  return text;
}

}  // namespace imago
