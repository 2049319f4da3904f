#include "embed/eval_html.h"

#include <algorithm>
#include <iterator>

#include "embed/escape_html.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

constexpr char kHead[] = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Evaluation of {0}</title>
<style>
:root {{ color-scheme: light dark; --line: #8886; --bar: #3a7bd5; --other: #e08a3c; }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 76em; padding: 0 1em; }}
table {{ border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .25em .7em; text-align: right; border-bottom: 1px solid var(--line); }}
th:first-child, td:first-child, td.left {{ text-align: left; }}
.quiet {{ opacity: .65; }} .sure {{ font-weight: 600; }}
svg text {{ font: 12px system-ui, sans-serif; fill: currentColor; }}
.bar {{ fill: var(--bar); }} .other {{ fill: var(--other); }} .whisker {{ stroke: currentColor; }}
</style>
<h1>Evaluation of {0}</h1>
<p>Pictures and names that no training saw. Intervals are those of 95 %: of a share over independent
cases (Wilson), of a gain over the same cases (bootstrap). Captions of one photo are not quite
independent.</p>
)";

const Metric* Find(const EvalReport& report, const Metric& like) {
  const auto found =
      std::find_if(report.metrics.begin(), report.metrics.end(),
                   [&](const Metric& m) { return m.set == like.set && m.name == like.name; });
  return found == report.metrics.end() ? nullptr : &*found;
}

std::string Percent(double share) { return fmt::format("{:.1f}", 100 * share); }

std::string PercentOrNone(double share) { return share < 0 ? "" : Percent(share); }

std::string MetricRow(const Metric& metric, const std::vector<NamedReport>& reports) {
  std::string row = fmt::format(
      "<tr><td class=left>{}<td class=left>{}<td class=sure>{}<td "
      "class=quiet>{}&thinsp;–&thinsp;{}",
      EscapeHtml(metric.set), EscapeHtml(metric.name), Percent(metric.value),
      Percent(metric.interval.low), Percent(metric.interval.high));
  for (size_t i = 1; i < reports.size(); ++i) {
    const Metric* other = Find(reports[i].report, metric);
    row += fmt::format("<td>{}", other == nullptr ? "" : Percent(other->value));
  }
  row += fmt::format("<td>{}<td>{}<td>{}<td class=quiet>{}<td class=quiet>{}\n",
                     PercentOrNone(metric.baseline), PercentOrNone(metric.words),
                     Percent(metric.chance), metric.cases, metric.candidates);
  return row;
}

std::string Metrics(const std::vector<NamedReport>& reports) {
  std::string html = fmt::format(
      "<h2>Retrieval, zero-shot classification, neighbours</h2>\n<table><tr><th>set<th "
      "class=left>measure, %<th>{}<th>95 %",
      EscapeHtml(reports.front().name));
  for (size_t i = 1; i < reports.size(); ++i) html += "<th>" + EscapeHtml(reports[i].name);
  html += "<th>colours<th>words<th>chance<th>cases<th>among\n";
  for (const Metric& metric : reports.front().report.metrics) html += MetricRow(metric, reports);
  return html +
         "</table>\n<p>Colours: the same measure by a histogram of 512 colours. Words: by the "
         "words "
         "that the caption shares with the names that fit the picture best, rare words first. "
         "Chance: by guessing.</p>\n";
}

std::string Prompts(const std::vector<PromptScore>& scores) {
  std::string html =
      "<h2>Prompts</h2>\n<p>Zero-shot top-1 of the same pictures by the bare name, by one "
      "sentence, "
      "by sentences that say what kind of thing it is, and by ensembles. Bold: the gain over the "
      "bare name is beyond its interval.</p>\n<table><tr><th>set<th class=left>prompts<th>top-1, "
      "%<th>gain<th>95 %<th>cases<th>labels\n";
  for (const PromptScore& score : scores) {
    const bool sure = score.gain_interval.low > 0 || score.gain_interval.high < 0;
    fmt::format_to(std::back_inserter(html),
                   "<tr><td class=left>{}<td class=left>{}<td>{}<td{}>{:+.1f}<td "
                   "class=quiet>{:+.1f}&thinsp;–&thinsp;{:+.1f}<td class=quiet>{}<td "
                   "class=quiet>{}\n",
                   EscapeHtml(score.set), EscapeHtml(score.prompts), Percent(score.top1),
                   sure ? " class=sure" : "", 100 * score.gain, 100 * score.gain_interval.low,
                   100 * score.gain_interval.high, score.cases, score.labels);
  }
  return html + "</table>\n";
}

constexpr double kBarsLeft = 240;
constexpr double kBarsWidth = 560;

double AcrossBars(double share) { return kBarsLeft + share * kBarsWidth; }

std::string Bar(const char* style, double y, double share, const Interval& interval) {
  return fmt::format(
      "<rect class='{}' x='{}' y='{}' width='{:.1f}' height='12'/>"
      "<line class='whisker' x1='{:.1f}' x2='{:.1f}' y1='{}' y2='{}'/>"
      "<text x='{:.1f}' y='{}'>{}</text>\n",
      style, kBarsLeft, y, share * kBarsWidth, AcrossBars(interval.low), AcrossBars(interval.high),
      y + 6, y + 6, AcrossBars(interval.high) + 6, y + 10, Percent(share));
}

std::string Probes(const std::vector<ProbeScore>& scores) {
  constexpr double kStep = 44;
  std::string html = fmt::format(
      "<h2>Linear probes beside zero-shot</h2>\n<p>Top-1, %. Upper bar: zero-shot, no labelled "
      "picture seen. Lower bar: logistic regression on the labelled pictures of the same set.</p>\n"
      "<svg viewBox='0 0 900 {}' width='900' role='img' aria-label='Probes and zero-shot'>\n",
      kStep * static_cast<double>(scores.size()) + 10);
  double y = 8;
  for (const ProbeScore& score : scores) {
    fmt::format_to(std::back_inserter(html),
                   "<text x='{}' y='{}' text-anchor='end'>{}</text><text x='{}' y='{}' "
                   "text-anchor='end' opacity='.65'>{} labels, {} of {}</text>\n",
                   kBarsLeft - 10, y + 11, EscapeHtml(score.set), kBarsLeft - 10, y + 26,
                   score.labels, score.cases, score.cases + score.trained_on);
    html += Bar("bar", y, score.zero_shot, score.zero_shot_interval);
    html += Bar("other", y + 15, score.probe, score.probe_interval);
    y += kStep;
  }
  return html + "</svg>\n";
}

std::string Confusions(const std::vector<Confusion>& confusions) {
  std::string html =
      "<h2>Confusions</h2>\n<p>Which labels the pictures of each set were most often taken for "
      "by zero-shot classification: at most ten of each set, and none that came once.</p>\n"
      "<table><tr><th>set<th class=left>label<th class=left>taken for<th>pictures<th>of\n";
  for (const Confusion& one : confusions) {
    fmt::format_to(std::back_inserter(html),
                   "<tr><td class=left>{}<td class=left>{}<td class=left>{}<td>{}<td "
                   "class=quiet>{}\n",
                   EscapeHtml(one.set), EscapeHtml(one.label), EscapeHtml(one.taken), one.count,
                   one.of);
  }
  return html + "</table>\n";
}

}  // namespace

std::string EvalReportsToHtml(const std::vector<NamedReport>& reports) {
  const EvalReport& first = reports.front().report;
  std::string html = fmt::format(kHead, EscapeHtml(first.model));
  html += Metrics(reports);
  if (!first.prompts.empty()) html += Prompts(first.prompts);
  if (!first.probes.empty()) html += Probes(first.probes);
  if (!first.confusions.empty()) html += Confusions(first.confusions);
  html += "<h2>Models</h2>\n<ul>\n";
  for (const NamedReport& named : reports) {
    fmt::format_to(std::back_inserter(html), "<li>{}: {}</li>\n", EscapeHtml(named.name),
                   EscapeHtml(named.report.model));
  }
  return html + "</ul>\n</html>\n";
}

std::string EvalReportsToJson(const std::vector<NamedReport>& reports) {
  nlohmann::json all = nlohmann::json::array();
  for (const NamedReport& named : reports) {
    nlohmann::json one = nlohmann::json::parse(EvalReportToJson(named.report));
    one["name"] = named.name;
    all.push_back(std::move(one));
  }
  return nlohmann::json{{"reports", all}}.dump(1) + "\n";
}

}  // namespace imago
