#ifndef IMAGO_EMBED_EVAL_HTML_H_
#define IMAGO_EMBED_EVAL_HTML_H_

#include <string>
#include <vector>

#include "embed/eval_clip.h"

namespace imago {

// A report and what its column is called: "seed 2", "from scratch".
struct NamedReport {
  std::string name;
  EvalReport report;
};

// One file without references to others, to be looked at in a browser: the metrics of the first
// report with intervals, chance and baselines, beside those of the others; prompts, linear probes
// as a bar chart, and confusions of the first. `reports` is not empty.
std::string EvalReportsToHtml(const std::vector<NamedReport>& reports);

// {"reports": [{"name": ..., as EvalReportToJson}]}.
std::string EvalReportsToJson(const std::vector<NamedReport>& reports);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_HTML_H_
