#ifndef IMAGO_INDEX_DEVICE_H_
#define IMAGO_INDEX_DEVICE_H_

// A GPU as the index sees it: memory, copies, two kernels. Implemented by index/cuda/ where the
// build has CUDA, and for tests by a device that runs the same kernels on the CPU.

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kernels/cuda/group_scan.h"

namespace imago {

// One thread at a time, and always the same one. Calls are carried out in the order in which they
// are made. kUnavailable: the device is lost, and every later call fails too.
class Device {
 public:
  virtual ~Device() = default;
  // Aligned to 256 bytes. kResourceExhausted when there is no room.
  virtual absl::StatusOr<void*> Allocate(size_t bytes) = 0;
  virtual void Free(void* memory) = 0;
  // When these return, the host's memory may be changed, and is filled.
  virtual absl::Status Write(void* to, const void* from, size_t bytes) = 0;
  virtual absl::Status Read(void* to, const void* from, size_t bytes) = 0;
  // Faults inside a kernel may show only in a later call.
  virtual absl::Status Scan(const ScanArgs& args) = 0;
  virtual absl::Status Select(const SelectArgs& args) = 0;
};

struct FoundDevice {
  std::unique_ptr<Device> device;
  std::string name;
  size_t free_bytes = 0;
};

// The first GPU. kFailedPrecondition: "built without CUDA"; kNotFound: no GPU or no driver for one.
absl::StatusOr<FoundDevice> OpenDevice();

}  // namespace imago

#endif  // IMAGO_INDEX_DEVICE_H_
