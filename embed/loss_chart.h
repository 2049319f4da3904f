#ifndef IMAGO_EMBED_LOSS_CHART_H_
#define IMAGO_EMBED_LOSS_CHART_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace imago {

struct LossPoint {
  int64_t step = 0;  // from 0
  double loss = 0;
  double learning_rate = 0;
  double logit_scale = 0;
};

// A part of a page: one curve over steps as SVG, each point with its title as a tooltip, and, where
// wanted, a smoothed line through them. ChartStyle goes into the page's style sheet.
struct ChartPoint {
  double step = 0;
  double value = 0;
  std::string title;
};
std::string ChartSvg(absl::Span<const ChartPoint> points, const std::string& label, bool smooth);
std::string ChartStyle();
std::vector<ChartPoint> LossCurve(absl::Span<const LossPoint> points);

// One line for each point under a line of column names, tab-separated.
std::string LossTable(absl::Span<const LossPoint> points);
// A page that needs nothing else: the loss over steps as SVG, each point with its numbers as a
// tooltip, and a smoothed line.
std::string LossChart(absl::Span<const LossPoint> points, const std::string& title);

}  // namespace imago

#endif  // IMAGO_EMBED_LOSS_CHART_H_
