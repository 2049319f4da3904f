#include "embed/pair_report.h"

#include <charconv>
#include <iterator>

#include "absl/strings/str_split.h"
#include "embed/escape_html.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr char kColumns[] = "step\trecall\n";

std::string Row(const std::string& name, const std::string& value) {
  return fmt::format("<tr><th>{}<td>{}\n", name, EscapeHtml(value));
}

std::string Numbers(const PairReport& report) {
  std::string rows = Row("model", report.model) +
                     Row("pictures to train on",
                         fmt::format("{} with {} labels", report.pictures, report.labels)) +
                     Row("steps", fmt::format("{}", report.steps)) +
                     Row("loss, first and last step",
                         fmt::format("{:.3f}, {:.3f}", report.first_loss, report.last_loss)) +
                     Row("pairs a second", fmt::format("{:.0f}", report.pairs_per_second));
  if (report.held_out_pictures == 0) return rows;
  return rows + Row("held-out recall@1 of label texts",
                    fmt::format("{:.1f} % of {} pictures among {} labels (chance {:.2f} %)",
                                report.recall, report.held_out_pictures, report.held_out_labels,
                                100.0 / static_cast<double>(report.held_out_labels)));
}

std::string RecallChart(absl::Span<const HeldOutPoint> points) {
  if (points.empty()) return "";
  std::vector<ChartPoint> curve;
  for (const HeldOutPoint& point : points) {
    curve.push_back({static_cast<double>(point.step), point.recall,
                     fmt::format("after {} steps: {:.2f} %", point.step, point.recall)});
  }
  return "<h2>Held-out recall</h2>\n" +
         ChartSvg(curve, "Held-out recall over steps", /*smooth=*/false) +
         "<p>Percent of the held-out pictures whose label's text is the nearest. Where training "
         "stopped by it, or kept the best weights, it flatters them a little.</p>\n";
}

template <typename Number>
bool ReadNumber(absl::string_view text, Number& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

}  // namespace

std::string PairReportHtml(const PairReport& report, absl::Span<const LossPoint> losses,
                           const TrainPairOptions& options) {
  const std::string title =
      EscapeHtml(fmt::format("Training of {}, seed {}", options.model.name, options.seed));
  return fmt::format(
      "<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>{}</title>\n"
      "<style>body{{font:14px system-ui;margin:2em}}th{{text-align:left;padding-right:2em}}{}"
      "</style>\n<h1>{}</h1>\n<table>\n{}</table>\n<h2>Loss</h2>\n{}"
      "<p>Loss over steps; the line is smoothed.</p>\n{}<h2>Configuration</h2>\n<pre>{}</pre>\n"
      "</html>\n",
      title, ChartStyle(), title, Numbers(report),
      ChartSvg(LossCurve(losses), "Loss over steps", /*smooth=*/true), RecallChart(report.held_out),
      EscapeHtml(ShownConfig(options)));
}

std::string HeldOutTable(absl::Span<const HeldOutPoint> points) {
  std::string table = kColumns;
  for (const HeldOutPoint& point : points) {
    fmt::format_to(std::back_inserter(table), "{}\t{}\n", point.step, point.recall);
  }
  return table;
}

absl::StatusOr<std::vector<HeldOutPoint>> ParseHeldOutTable(const std::string& table) {
  std::vector<HeldOutPoint> points;
  if (!table.starts_with(kColumns)) return absl::DataLossError("is no table of held-out recalls");
  for (const absl::string_view line : absl::StrSplit(
           absl::string_view(table).substr(sizeof(kColumns) - 1), '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '\t');
    HeldOutPoint point;
    if (cells.size() != 2 || !ReadNumber(cells[0], point.step) ||
        !ReadNumber(cells[1], point.recall)) {
      return absl::DataLossError(fmt::format("\"{}\" is no step and recall", std::string(line)));
    }
    points.push_back(point);
  }
  return points;
}

}  // namespace imago
