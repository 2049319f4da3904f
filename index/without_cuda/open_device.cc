#include "index/device.h"

namespace imago {

absl::StatusOr<FoundDevice> OpenDevice() {
  return absl::FailedPreconditionError(
      "built without CUDA; cmake -DIMAGO_WITH_CUDA=ON after tools/setup --nvcc builds it in");
}

}  // namespace imago
