#include "embed/torch/collective.h"

#include <algorithm>
#include <cstdlib>

namespace imago {
namespace {

class SingleProcess : public Collective {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  absl::StatusOr<torch::Tensor> AllGather(const torch::Tensor& rows) const override {
    return rows.detach();
  }
  absl::Status AllReduce(torch::Tensor&) const override { return absl::OkStatus(); }
  absl::Status Finish() override { return absl::OkStatus(); }
};

}  // namespace

std::unique_ptr<Collective> NewSingleProcess() { return std::make_unique<SingleProcess>(); }

int LaunchedProcesses() {
  // Open MPI's and that of the others.
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    const char* size = std::getenv(name);
    if (size != nullptr) return std::max(1, std::atoi(size));
  }
  return 1;
}

absl::StatusOr<GatheredRows> GatherRows(const torch::Tensor& rows, const Collective& collective) {
  const auto counts = collective.AllGather(torch::tensor({rows.size(0)}, torch::kInt64));
  if (!counts.ok()) return counts.status();
  const auto most = counts->max().item<int64_t>();
  GatheredRows gathered;
  if (most == 0) {
    gathered.rows = rows.detach();
    return gathered;
  }
  std::vector<int64_t> shape = rows.sizes().vec();
  shape[0] = most;
  torch::Tensor padded = torch::zeros(shape, rows.options().requires_grad(false));
  padded.narrow(0, 0, rows.size(0)).copy_(rows.detach());
  const auto all = collective.AllGather(padded);
  if (!all.ok()) return all.status();
  std::vector<torch::Tensor> parts;
  for (int rank = 0; rank < collective.size(); ++rank) {
    const auto count = (*counts)[rank].item<int64_t>();
    if (rank < collective.rank()) gathered.begin += count;
    parts.push_back(all->narrow(0, rank * most, count));
  }
  gathered.rows = torch::cat(parts);
  return gathered;
}

absl::Status AverageGradients(const std::vector<torch::Tensor>& parameters,
                              const Collective& collective) {
  if (collective.size() == 1) return absl::OkStatus();
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> gradients;
  std::vector<torch::Tensor> flat;
  for (const torch::Tensor& parameter : parameters) {
    if (!parameter.grad().defined()) continue;
    gradients.push_back(parameter.grad());
    flat.push_back(parameter.grad().reshape({-1}));
  }
  if (flat.empty()) return absl::OkStatus();
  torch::Tensor all = torch::cat(flat);
  if (auto status = collective.AllReduce(all); !status.ok()) return status;
  int64_t begin = 0;
  for (torch::Tensor& gradient : gradients) {
    gradient.copy_(all.narrow(0, begin, gradient.numel()).view(gradient.sizes()));
    begin += gradient.numel();
  }
  return absl::OkStatus();
}

}  // namespace imago
