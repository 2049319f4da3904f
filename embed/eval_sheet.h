#ifndef IMAGO_EMBED_EVAL_SHEET_H_
#define IMAGO_EMBED_EVAL_SHEET_H_

#include <string>

#include "absl/status/statusor.h"
#include "embed/eval_clip.h"

namespace imago {

// report.samples as one HTML file that holds the pictures, small: of each set the hits and the
// misses, with what was asked and what came first. Not for publication where the pictures are not.
// Errors are those of pictures that are gone.
absl::StatusOr<std::string> EvalSheetToHtml(const EvalReport& report);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_SHEET_H_
