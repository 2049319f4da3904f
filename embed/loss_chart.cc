#include "embed/loss_chart.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "embed/escape_html.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr double kWidth = 800;
constexpr double kHeight = 360;
constexpr double kMargin = 48;
constexpr int kTicks = 5;
constexpr double kSmoothing = 0.9;

struct Axes {
  double last_step = 1;
  double lowest = 0;
  double highest = 1;

  double X(double step) const { return kMargin + step / last_step * (kWidth - 2 * kMargin); }
  double Y(double loss) const {
    return kHeight - kMargin - (loss - lowest) / (highest - lowest) * (kHeight - 2 * kMargin);
  }
};

Axes FitAxes(absl::Span<const ChartPoint> points) {
  Axes axes;
  for (size_t i = 0; i < points.size(); ++i) {
    axes.last_step = std::max(axes.last_step, points[i].step);
    axes.lowest = i == 0 ? points[i].value : std::min(axes.lowest, points[i].value);
    axes.highest = i == 0 ? points[i].value : std::max(axes.highest, points[i].value);
  }
  if (axes.highest <= axes.lowest) axes.highest = axes.lowest + 1;
  return axes;
}

std::string Grid(const Axes& axes) {
  std::string svg;
  for (int i = 0; i <= kTicks; ++i) {
    const double part = static_cast<double>(i) / kTicks;
    const double loss = axes.lowest + part * (axes.highest - axes.lowest);
    const double y = axes.Y(loss);
    fmt::format_to(std::back_inserter(svg),
                   "<line class='grid' x1='{}' x2='{}' y1='{:.1f}' y2='{:.1f}'/>"
                   "<text x='{}' y='{:.1f}' text-anchor='end'>{:.2f}</text>",
                   kMargin, kWidth - kMargin, y, y, kMargin - 6, y + 4, loss);
    const double step = std::round(part * axes.last_step);
    fmt::format_to(std::back_inserter(svg),
                   "<text x='{:.1f}' y='{}' text-anchor='middle'>{:.0f}</text>\n", axes.X(step),
                   kHeight - kMargin + 18, step);
  }
  return svg;
}

std::string Dots(const Axes& axes, absl::Span<const ChartPoint> points) {
  std::string svg;
  for (const ChartPoint& point : points) {
    fmt::format_to(std::back_inserter(svg),
                   "<circle cx='{:.1f}' cy='{:.1f}' r='2'><title>{}</title></circle>\n",
                   axes.X(point.step), axes.Y(point.value), EscapeHtml(point.title));
  }
  return svg;
}

std::string Line(const Axes& axes, absl::Span<const ChartPoint> points, double smoothing) {
  std::string path;
  double smooth = points.empty() ? 0 : points.front().value;
  for (const ChartPoint& point : points) {
    smooth = smoothing * smooth + (1 - smoothing) * point.value;
    fmt::format_to(std::back_inserter(path), "{:.1f},{:.1f} ", axes.X(point.step), axes.Y(smooth));
  }
  return fmt::format("<polyline points='{}'/>", path);
}

}  // namespace

std::string ChartSvg(absl::Span<const ChartPoint> points, const std::string& label, bool smooth) {
  const Axes axes = FitAxes(points);
  return fmt::format(
      "<svg viewBox='0 0 {} {}' width='{}' role='img' aria-label='{}'>\n{}{}{}\n</svg>\n", kWidth,
      kHeight, kWidth, EscapeHtml(label), Grid(axes), Dots(axes, points),
      Line(axes, points, smooth ? kSmoothing : 0));
}

std::string ChartStyle() {
  return "text{font-size:12px}circle{fill:#8ab}"
         "polyline{fill:none;stroke:#b30;stroke-width:2}.grid{stroke:#ddd}";
}

std::vector<ChartPoint> LossCurve(absl::Span<const LossPoint> points) {
  std::vector<ChartPoint> curve;
  for (const LossPoint& point : points) {
    curve.push_back({static_cast<double>(point.step), point.loss,
                     fmt::format("step {}, loss {:.4f}, rate {:.3g}, scale {:.2f}", point.step,
                                 point.loss, point.learning_rate, point.logit_scale)});
  }
  return curve;
}

std::string LossTable(absl::Span<const LossPoint> points) {
  std::string table = "step\tloss\tlearning_rate\tlogit_scale\n";
  for (const LossPoint& point : points) {
    fmt::format_to(std::back_inserter(table), "{}\t{:.6f}\t{:.6g}\t{:.4f}\n", point.step,
                   point.loss, point.learning_rate, point.logit_scale);
  }
  return table;
}

std::string LossChart(absl::Span<const LossPoint> points, const std::string& title) {
  const std::string name = EscapeHtml(title);
  return fmt::format(
      "<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>{}</title>\n"
      "<style>body{{font:14px system-ui;margin:2em}}{}</style>\n<h1>{}</h1>\n"
      "{}<p>Loss over steps; the line is smoothed.</p>\n</html>\n",
      name, ChartStyle(), name, ChartSvg(LossCurve(points), "Loss over steps", /*smooth=*/true));
}

}  // namespace imago
