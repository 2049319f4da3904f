// Of a build without MPI.

#include "embed/torch/collective.h"
#include "fmt/format.h"

namespace imago {

absl::StatusOr<std::unique_ptr<Collective>> OpenCollective() {
  const int processes = LaunchedProcesses();
  if (processes == 1) return NewSingleProcess();
  return absl::UnimplementedError(fmt::format(
      "started as one of {} processes: training with several needs a build with MPI", processes));
}

}  // namespace imago
