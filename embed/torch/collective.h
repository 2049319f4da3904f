#ifndef IMAGO_EMBED_TORCH_COLLECTIVE_H_
#define IMAGO_EMBED_TORCH_COLLECTIVE_H_

// What the processes of one data-parallel training do together.

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "torch/torch.h"

namespace imago {

// Every process must call the same functions in the same order with tensors of the same shapes and
// types. One thread at a time.
class Collective {
 public:
  virtual ~Collective() = default;
  virtual int rank() const = 0;  // of this process, from 0
  virtual int size() const = 0;  // how many there are
  // The rows of all processes, by rank: [n, ...] to [size n, ...], without gradients. n is not 0.
  virtual absl::StatusOr<torch::Tensor> AllGather(const torch::Tensor& rows) const = 0;
  // The mean over the processes, in place. f32 and contiguous.
  virtual absl::Status AllReduce(torch::Tensor& values) const = 0;
  // All is done, the processes part; called once, last. Where one ends without it, mpirun ends the
  // others, which would wait for it for ever.
  virtual absl::Status Finish() = 0;
};

// One process.
std::unique_ptr<Collective> NewSingleProcess();

// All processes that MPI's mpirun started together; the single process where none did.
// kUnimplemented when mpirun started several and this program was built without MPI.
absl::StatusOr<std::unique_ptr<Collective>> OpenCollective();
// How many processes mpirun started, as it tells them by their environment; 1 without it.
int LaunchedProcesses();

// AllGather of rows that may be of different numbers, f32 or int64 of one type, and where this
// process' own begin among them.
struct GatheredRows {
  torch::Tensor rows;
  int64_t begin = 0;
};
absl::StatusOr<GatheredRows> GatherRows(const torch::Tensor& rows, const Collective& collective);

// Replaces every gradient that there is by its mean over the processes.
absl::Status AverageGradients(const std::vector<torch::Tensor>& parameters,
                              const Collective& collective);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_COLLECTIVE_H_
