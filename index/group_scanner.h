#ifndef IMAGO_INDEX_GROUP_SCANNER_H_
#define IMAGO_INDEX_GROUP_SCANNER_H_

// Keeps rows in a device's memory and scans them there, within a limit of memory.

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "index/device.h"
#include "kernels/matrix.h"
#include "kernels/row_mask.h"

namespace imago {

// Rows on the device.
struct DeviceRows {
  void* memory = nullptr;  // f16 [rows, stride]; null: nothing there
  uint32_t rows = 0;
  uint32_t stride = 0;
};

// One thread. Errors are those of Device; beyond the limit of memory kResourceExhausted.
class GroupScanner {
 public:
  GroupScanner(std::unique_ptr<Device> device, size_t max_bytes)
      : device_(std::move(device)), max_bytes_(max_bytes) {}
  ~GroupScanner();
  GroupScanner(const GroupScanner&) = delete;

  // Rows [n, dim], n at least 1. Theirs until Drop.
  absl::StatusOr<DeviceRows> Upload(HalfMatrixView rows);
  void Drop(const DeviceRows& rows);
  // How often memory came free: who had no room may ask again when this has grown.
  uint64_t drops() const { return drops_; }

  // For each of 1 to 64 queries [nq, dim] the `want` groups (at least 1) whose best kept row comes
  // first, in no order. Fewer only where no other group has a kept row.
  absl::StatusOr<std::vector<std::vector<GroupMax>>> Scan(const DeviceRows& rows,
                                                          MatrixView queries, const RowMask* keep,
                                                          uint32_t want);

 private:
  // Memory that is kept from scan to scan and grows as needed.
  struct Scratch {
    void* memory = nullptr;
    size_t bytes = 0;
  };
  absl::StatusOr<void*> Take(size_t bytes);
  void Give(void* memory, size_t bytes);
  absl::Status Grow(Scratch& scratch, size_t bytes);
  absl::Status WriteQueries(MatrixView queries, uint32_t stride);
  absl::Status WriteMask(const RowMask& keep);
  absl::StatusOr<std::vector<std::vector<GroupMax>>> ReadPicked(const SelectArgs& select);

  std::unique_ptr<Device> device_;
  size_t max_bytes_;
  size_t used_bytes_ = 0;
  uint64_t drops_ = 0;
  Scratch queries_, keep_, best_, picked_, counts_;
};

}  // namespace imago

#endif  // IMAGO_INDEX_GROUP_SCANNER_H_
