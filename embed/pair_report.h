#ifndef IMAGO_EMBED_PAIR_REPORT_H_
#define IMAGO_EMBED_PAIR_REPORT_H_

#include <string>

#include "absl/types/span.h"
#include "embed/loss_chart.h"
#include "embed/train_pair.h"

namespace imago {

// A page that needs nothing else: the loss and the held-out recall over steps, the final numbers
// and the configuration.
std::string PairReportHtml(const PairReport& report, absl::Span<const LossPoint> losses,
                           const TrainPairOptions& options);

// "held_out.tsv" of a run's folder, and back. kDataLoss when it is none.
std::string HeldOutTable(absl::Span<const HeldOutPoint> points);
absl::StatusOr<std::vector<HeldOutPoint>> ParseHeldOutTable(const std::string& table);

}  // namespace imago

#endif  // IMAGO_EMBED_PAIR_REPORT_H_
