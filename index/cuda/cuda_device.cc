#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "index/device.h"

namespace imago {
namespace {

// Only what says so is a lack of memory. After any other fault the context is not to be relied on.
absl::Status StatusOf(int error, const char* call) {
  if (error == cudaSuccess) return absl::OkStatus();
  const auto known = static_cast<cudaError_t>(error);
  const std::string message = fmt::format("{}: {}", call, cudaGetErrorString(known));
  if (known == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());  // else a later call reports it again
    return absl::ResourceExhaustedError(message);
  }
  return absl::UnavailableError(message);
}

class CudaDevice : public Device {
 public:
  CudaDevice() = default;
  ~CudaDevice() override {
    if (stream_ != nullptr) cudaStreamDestroy(stream_);
  }

  absl::StatusOr<void*> Allocate(size_t bytes) override {
    if (const absl::Status ready = Prepare(); !ready.ok()) return ready;
    void* memory = nullptr;
    const absl::Status status = StatusOf(cudaMalloc(&memory, bytes), "cudaMalloc");
    if (!status.ok()) return status;
    return memory;
  }
  void Free(void* memory) override { cudaFree(memory); }

  absl::Status Write(void* to, const void* from, size_t bytes) override {
    return Copy(to, from, bytes, cudaMemcpyHostToDevice);
  }
  absl::Status Read(void* to, const void* from, size_t bytes) override {
    return Copy(to, from, bytes, cudaMemcpyDeviceToHost);
  }

  absl::Status Scan(const ScanArgs& args) override {
    return StatusOf(LaunchScan(args, stream_), "scan");
  }
  absl::Status Select(const SelectArgs& args) override {
    return StatusOf(LaunchSelect(args, stream_), "select");
  }

 private:
  // In the first call, since device and stream belong to the calling thread.
  absl::Status Prepare() {
    if (stream_ != nullptr) return absl::OkStatus();
    const absl::Status chosen = StatusOf(cudaSetDevice(0), "cudaSetDevice");
    if (!chosen.ok()) return chosen;
    return StatusOf(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
  }

  absl::Status Copy(void* to, const void* from, size_t bytes, cudaMemcpyKind direction) {
    const absl::Status queued =
        StatusOf(cudaMemcpyAsync(to, from, bytes, direction, stream_), "cudaMemcpy");
    return queued.ok() ? StatusOf(cudaStreamSynchronize(stream_), "cudaStreamSynchronize") : queued;
  }

  cudaStream_t stream_ = nullptr;
};

}  // namespace

absl::StatusOr<FoundDevice> OpenDevice() {
  int count = 0;
  const cudaError_t counted = cudaGetDeviceCount(&count);
  if (counted != cudaSuccess || count == 0) {
    return absl::NotFoundError(fmt::format("CUDA finds none: {}", cudaGetErrorString(counted)));
  }
  cudaDeviceProp properties;
  FoundDevice found;
  size_t total = 0;
  absl::Status status = StatusOf(cudaSetDevice(0), "cudaSetDevice");
  if (status.ok()) status = StatusOf(cudaGetDeviceProperties(&properties, 0), "device properties");
  if (status.ok()) status = StatusOf(cudaMemGetInfo(&found.free_bytes, &total), "cudaMemGetInfo");
  if (!status.ok()) return absl::NotFoundError(status.message());
  found.name = properties.name;
  found.device = std::make_unique<CudaDevice>();
  return found;
}

}  // namespace imago
