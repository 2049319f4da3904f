// Of a build with MPI.

// The C functions only: their old C++ classes need a further library.
#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

#include "embed/torch/collective.h"
#include "fmt/format.h"

namespace imago {
namespace {

absl::Status ToStatus(int code, const char* what) {
  if (code == MPI_SUCCESS) return absl::OkStatus();
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  return absl::UnavailableError(fmt::format("MPI cannot {}: {}", what, text));
}

class MpiProcesses : public Collective {
 public:
  MpiProcesses() {
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  absl::StatusOr<torch::Tensor> AllGather(const torch::Tensor& rows) const override {
    const torch::Tensor own = rows.detach().contiguous();
    std::vector<int64_t> shape = own.sizes().vec();
    shape[0] *= size_;
    torch::Tensor all = torch::empty(shape, own.options());
    const auto bytes = static_cast<int>(own.nbytes());
    auto status = ToStatus(MPI_Allgather(own.data_ptr(), bytes, MPI_BYTE, all.data_ptr(), bytes,
                                         MPI_BYTE, MPI_COMM_WORLD),
                           "gather rows");
    if (!status.ok()) return status;
    return all;
  }

  absl::Status AllReduce(torch::Tensor& values) const override {
    auto status = ToStatus(
        MPI_Allreduce(MPI_IN_PLACE, values.data_ptr<float>(), static_cast<int>(values.numel()),
                      MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD),
        "add up gradients");
    values /= size_;
    return status;
  }

  absl::Status Finish() override { return ToStatus(MPI_Finalize(), "end"); }

 private:
  int rank_ = 0;
  int size_ = 1;
};

// MPI starts once in a process.
absl::Status StartMpi() {
  int started = 0;
  MPI_Initialized(&started);
  if (started != 0) return absl::OkStatus();
  int level = 0;
  return ToStatus(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level), "start");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Collective>> OpenCollective() {
  if (LaunchedProcesses() == 1) return NewSingleProcess();
  if (auto status = StartMpi(); !status.ok()) return status;
  return std::make_unique<MpiProcesses>();
}

}  // namespace imago
