#include <algorithm>
#include <iterator>

#include "embed/eval_clip.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

nlohmann::json ToJson(const Interval& interval) { return {interval.low, interval.high}; }

nlohmann::json ToJson(const Metric& metric) {
  nlohmann::json json = {{"set", metric.set},
                         {"name", metric.name},
                         {"value", metric.value},
                         {"interval95", ToJson(metric.interval)},
                         {"chance", metric.chance},
                         {"cases", metric.cases},
                         {"candidates", metric.candidates}};
  if (metric.baseline >= 0) json["colour_histogram"] = metric.baseline;
  if (metric.words >= 0) json["bag_of_words"] = metric.words;
  return json;
}

nlohmann::json ToJson(const PromptScore& score) {
  return {{"set", score.set},
          {"prompts", score.prompts},
          {"top1", score.top1},
          {"interval95", ToJson(score.interval)},
          {"gain_over_name", score.gain},
          {"gain_interval95", ToJson(score.gain_interval)},
          {"cases", score.cases},
          {"labels", score.labels}};
}

nlohmann::json ToJson(const ProbeScore& score) {
  return {{"set", score.set},
          {"probe", score.probe},
          {"probe_interval95", ToJson(score.probe_interval)},
          {"zero_shot", score.zero_shot},
          {"zero_shot_interval95", ToJson(score.zero_shot_interval)},
          {"strength", score.strength},
          {"trained_on", score.trained_on},
          {"cases", score.cases},
          {"labels", score.labels}};
}

nlohmann::json ToJson(const Confusion& confusion) {
  return {{"set", confusion.set},
          {"label", confusion.label},
          {"taken", confusion.taken},
          {"count", confusion.count},
          {"of", confusion.of}};
}

template <typename T>
nlohmann::json ListToJson(const std::vector<T>& entries) {
  nlohmann::json list = nlohmann::json::array();
  for (const T& entry : entries) list.push_back(ToJson(entry));
  return list;
}

std::string Percent(double share) { return fmt::format("{:.1f}", 100 * share); }

std::string PercentOrNone(double share) { return share < 0 ? "-" : Percent(share); }

std::string Between(const Interval& interval) {
  return fmt::format("{:.1f} to {:.1f}", 100 * interval.low, 100 * interval.high);
}

template <typename T>
size_t WidthOfSets(const std::vector<T>& entries) {
  size_t width = 3;
  for (const T& entry : entries) width = std::max(width, entry.set.size());
  return width;
}

void AddPrompts(const std::vector<PromptScore>& scores, std::string& text) {
  const size_t width = WidthOfSets(scores);
  fmt::format_to(std::back_inserter(text), "\n{:<{}} {:<12} {:>7} {:>9} {:>16} {:>7} {:>7}\n",
                 "set", width, "prompts", "top-1", "gain", "95 %", "cases", "labels");
  for (const PromptScore& score : scores) {
    fmt::format_to(std::back_inserter(text), "{:<{}} {:<12} {:>7} {:>+9.1f} {:>16} {:>7} {:>7}\n",
                   score.set, width, score.prompts, Percent(score.top1), 100 * score.gain,
                   Between(score.gain_interval), score.cases, score.labels);
  }
}

void AddProbes(const std::vector<ProbeScore>& scores, std::string& text) {
  const size_t width = WidthOfSets(scores);
  fmt::format_to(std::back_inserter(text), "\n{:<{}} {:>9} {:>7} {:>16} {:>10} {:>7} {:>7}\n",
                 "set", width, "zero-shot", "probe", "95 %", "trained on", "cases", "labels");
  for (const ProbeScore& score : scores) {
    fmt::format_to(std::back_inserter(text), "{:<{}} {:>9} {:>7} {:>16} {:>10} {:>7} {:>7}\n",
                   score.set, width, Percent(score.zero_shot), Percent(score.probe),
                   Between(score.probe_interval), score.trained_on, score.cases, score.labels);
  }
}

}  // namespace

std::string EvalReportToJson(const EvalReport& report) {
  nlohmann::json json = {{"model", report.model},
                         {"metrics", ListToJson(report.metrics)},
                         {"absent", report.absent},
                         {"seconds", report.seconds}};
  if (!report.prompts.empty()) json["prompts"] = ListToJson(report.prompts);
  if (!report.probes.empty()) json["probes"] = ListToJson(report.probes);
  if (!report.confusions.empty()) json["confusions"] = ListToJson(report.confusions);
  return json.dump();
}

std::string EvalReportToText(const EvalReport& report) {
  const size_t width = WidthOfSets(report.metrics);
  std::string text = fmt::format("{}\n{:<{}} {:<34} {:>7} {:>16} {:>7} {:>10} {:>7} {:>7} {:>11}\n",
                                 report.model, "set", width, "measure", "%", "95 %", "chance",
                                 "histogram", "words", "cases", "candidates");
  for (const Metric& metric : report.metrics) {
    text += fmt::format("{:<{}} {:<34} {:>7} {:>16} {:>7} {:>10} {:>7} {:>7} {:>11}\n", metric.set,
                        width, metric.name, Percent(metric.value), Between(metric.interval),
                        Percent(metric.chance), PercentOrNone(metric.baseline),
                        PercentOrNone(metric.words), metric.cases, metric.candidates);
  }
  if (!report.prompts.empty()) AddPrompts(report.prompts, text);
  if (!report.probes.empty()) AddProbes(report.probes, text);
  for (const std::string& set : report.absent) text += fmt::format("{} is not at hand\n", set);
  return text;
}

}  // namespace imago
