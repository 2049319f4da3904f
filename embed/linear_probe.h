#ifndef IMAGO_EMBED_LINEAR_PROBE_H_
#define IMAGO_EMBED_LINEAR_PROBE_H_

// What a linear classifier can read from an encoder's rows: the counterpart of zero-shot
// classification that has seen labelled pictures (Radford et al. 2021, section 3.2 and A.3).

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "kernels/matrix.h"

namespace imago {

struct ProbeData {
  MatrixView train;               // [pictures, dim]
  std::vector<int> train_labels;  // from 0
  MatrixView test;
  std::vector<int> test_labels;
};

struct ProbeResult {
  std::vector<uint8_t> hits;  // of the test, in order
  double strength = 0;        // of the L2 penalty that was chosen
};

// Logistic regression by L-BFGS on rows scaled to unit variance in all. The strength is the one of
// nine that does best on a fifth of `train`, drawn by a fixed seed; then all of `train` is used.
// kInvalidArgument: fewer than ten pictures or two labels to train on. kUnimplemented: a build
// without LibTorch.
absl::StatusOr<ProbeResult> LinearProbe(const ProbeData& data);
using LinearProbeFunction = absl::StatusOr<ProbeResult> (*)(const ProbeData& data);

}  // namespace imago

#endif  // IMAGO_EMBED_LINEAR_PROBE_H_
