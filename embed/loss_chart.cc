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

Axes FitAxes(absl::Span<const LossPoint> points) {
  Axes axes;
  for (size_t i = 0; i < points.size(); ++i) {
    axes.last_step = std::max(axes.last_step, static_cast<double>(points[i].step));
    axes.lowest = i == 0 ? points[i].loss : std::min(axes.lowest, points[i].loss);
    axes.highest = i == 0 ? points[i].loss : std::max(axes.highest, points[i].loss);
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

std::string Dots(const Axes& axes, absl::Span<const LossPoint> points) {
  std::string svg;
  for (const LossPoint& point : points) {
    fmt::format_to(std::back_inserter(svg),
                   "<circle cx='{:.1f}' cy='{:.1f}' r='2'><title>step {}, loss {:.4f}, rate "
                   "{:.3g}, scale {:.2f}</title></circle>\n",
                   axes.X(static_cast<double>(point.step)), axes.Y(point.loss), point.step,
                   point.loss, point.learning_rate, point.logit_scale);
  }
  return svg;
}

std::string SmoothLine(const Axes& axes, absl::Span<const LossPoint> points) {
  std::string path;
  double smooth = points.empty() ? 0 : points.front().loss;
  for (const LossPoint& point : points) {
    smooth = kSmoothing * smooth + (1 - kSmoothing) * point.loss;
    fmt::format_to(std::back_inserter(path), "{:.1f},{:.1f} ",
                   axes.X(static_cast<double>(point.step)), axes.Y(smooth));
  }
  return fmt::format("<polyline points='{}'/>", path);
}

}  // namespace

std::string LossTable(absl::Span<const LossPoint> points) {
  std::string table = "step\tloss\tlearning_rate\tlogit_scale\n";
  for (const LossPoint& point : points) {
    fmt::format_to(std::back_inserter(table), "{}\t{:.6f}\t{:.6g}\t{:.4f}\n", point.step,
                   point.loss, point.learning_rate, point.logit_scale);
  }
  return table;
}

std::string LossChart(absl::Span<const LossPoint> points, const std::string& title) {
  const Axes axes = FitAxes(points);
  const std::string name = EscapeHtml(title);
  return fmt::format(
      "<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>{}</title>\n"
      "<style>body{{font:14px system-ui;margin:2em}}text{{font-size:12px}}"
      "circle{{fill:#8ab}}polyline{{fill:none;stroke:#b30;stroke-width:2}}"
      ".grid{{stroke:#ddd}}</style>\n<h1>{}</h1>\n"
      "<svg viewBox='0 0 {} {}' width='{}' role='img' aria-label='Loss over steps'>\n"
      "{}{}{}\n</svg>\n<p>Loss over steps; the line is smoothed.</p>\n</html>\n",
      name, name, kWidth, kHeight, kWidth, Grid(axes), Dots(axes, points),
      SmoothLine(axes, points));
}

}  // namespace imago
