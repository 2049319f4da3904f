#ifndef IMAGO_EMBED_LABEL_VECTORS_H_
#define IMAGO_EMBED_LABEL_VECTORS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "embed/encoder.h"

namespace imago {

// The classifier that zero-shot classification is (Radford et al. 2021, section 3.1.4): row l, of
// unit length, is the mean of the unit vectors of label l in each of the templates, each of which
// has "{}" for the label. Texts are encoded a few hundred at a time. kInternal names a label of
// which the model makes no vector.
absl::StatusOr<Matrix> EncodeLabels(const Encoder& encoder, absl::Span<const std::string> labels,
                                    absl::Span<const std::string> templates);

}  // namespace imago

#endif  // IMAGO_EMBED_LABEL_VECTORS_H_
