#ifndef IMAGO_INDEX_DEVICE_QUEUE_H_
#define IMAGO_INDEX_DEVICE_QUEUE_H_

// One thread owns the device; all others queue their work for it. Shared by all indexes of kind
// gpu, which stay right without it: they scan on the CPU when it fails.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "index/group_scanner.h"

namespace imago {

class DeviceQueue {
 public:
  using Work = std::function<absl::Status(GroupScanner&)>;

  // `max_bytes` of the device's memory may be taken.
  DeviceQueue(std::unique_ptr<Device> device, size_t max_bytes);
  ~DeviceQueue();  // nobody waits in Run any more

  // Runs `work` on the owner thread, after what was queued before, and waits for it. Once a device
  // is lost (kUnavailable) no work is run any more, and all answers are kUnavailable. Thread-safe.
  absl::Status Run(const Work& work);
  // Writes into the log why the CPU scans instead, once for each kind of fault. Thread-safe.
  void Report(const absl::Status& fault);

 private:
  void Serve();

  std::unique_ptr<GroupScanner> scanner_;  // the owner thread's
  std::atomic<bool> lost_ = false;
  std::atomic<uint32_t> reported_ = 0;  // a bit for each kind of fault
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::packaged_task<absl::Status()>> tasks_;
  bool ending_ = false;
  std::thread owner_;  // last: it uses all of the above
};

// The queue of the first GPU, with a line in the log that names it. Where there is none, null and a
// line that says why. `max_mb` as IndexOptions::gpu_memory_mb.
std::shared_ptr<DeviceQueue> OpenDeviceQueue(int max_mb);

}  // namespace imago

#endif  // IMAGO_INDEX_DEVICE_QUEUE_H_
