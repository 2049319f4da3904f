#include "index/device_queue.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace imago {

DeviceQueue::DeviceQueue(std::unique_ptr<Device> device, size_t max_bytes)
    : scanner_(std::make_unique<GroupScanner>(std::move(device), max_bytes)),
      owner_([this] { Serve(); }) {}

DeviceQueue::~DeviceQueue() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  owner_.join();
}

void DeviceQueue::Serve() {
  while (true) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
    if (tasks_.empty()) break;
    std::packaged_task<absl::Status()> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }
  scanner_.reset();  // here, since the device is this thread's
}

absl::Status DeviceQueue::Run(const Work& work) {
  const auto guarded = [&] {
    if (lost_) return absl::UnavailableError("the GPU was lost before");
    absl::Status status = work(*scanner_);
    if (absl::IsUnavailable(status)) lost_ = true;
    return status;
  };
  if (lost_) return absl::UnavailableError("the GPU was lost before");
  std::packaged_task<absl::Status()> task(guarded);
  std::future<absl::Status> done = task.get_future();
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
  return done.get();
}

void DeviceQueue::Report(const absl::Status& fault) {
  const uint32_t bit = 1u << static_cast<int>(fault.code());
  if ((reported_.fetch_or(bit) & bit) != 0) return;
  spdlog::warn("the GPU does not scan, the CPU does instead: {}", std::string(fault.message()));
}

std::shared_ptr<DeviceQueue> OpenDeviceQueue(int max_mb) {
  absl::StatusOr<FoundDevice> found = OpenDevice();
  if (!found.ok()) {
    spdlog::warn("index kind gpu scans on the CPU: {}", std::string(found.status().message()));
    return nullptr;
  }
  constexpr size_t kMb = size_t{1} << 20;
  // Whoever else uses the device keeps a tenth of what is free now.
  const size_t room = found->free_bytes / 10 * 9;
  const size_t bytes = max_mb == 0 ? room : std::min(room, static_cast<size_t>(max_mb) * kMb);
  spdlog::info("GPU: {}, of whose memory {} MB may be used", found->name, bytes / kMb);
  return std::make_shared<DeviceQueue>(std::move(found->device), bytes);
}

}  // namespace imago
