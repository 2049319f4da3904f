#include "embed/linear_probe.h"

namespace imago {

absl::StatusOr<ProbeResult> LinearProbe(const ProbeData&) {
  return absl::UnimplementedError("a linear probe needs a build with LibTorch");
}

}  // namespace imago
