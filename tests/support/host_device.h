#ifndef IMAGO_TESTS_SUPPORT_HOST_DEVICE_H_
#define IMAGO_TESTS_SUPPORT_HOST_DEVICE_H_

// A device for machines without a GPU: it runs the kernels' own code on the CPU, watches over its
// memory and its thread, and fails where a test wants it to.

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <thread>
#include <utility>

#include "gtest/gtest.h"
#include "index/device.h"
#include "tests/support/host_block.h"
// After the block that they run on.
#include "kernels/cuda/scan_tile.h"
#include "kernels/cuda/select_groups.h"

namespace imago {

// What a test sets and sees, while the device belongs to a queue.
struct HostDeviceState {
  std::atomic<size_t> max_bytes = ~size_t{0};  // of memory that there is
  std::atomic<int> calls_left = 1 << 30;       // before the device is lost
  std::atomic<float> noise = 0;                // each group's best is off by up to as much
  std::atomic<int> calls = 0, scans = 0;
  std::atomic<size_t> bytes = 0, most_bytes = 0;  // in use
};

inline HostBlock::Order ShuffledThreads(uint32_t seed) {
  HostBlock::Order order;
  std::iota(order.begin(), order.end(), 0u);
  std::mt19937 random(seed);
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

// Shared memory is full of what was there before.
template <class Memory>
std::unique_ptr<Memory> UsedMemory() {
  auto memory = std::make_unique<Memory>();
  std::memset(static_cast<void*>(memory.get()), 0xff, sizeof(Memory));
  return memory;
}

template <class Shape>
void ScanOnHost(const ScanArgs& args, const HostBlock::Order& order) {
  HostBlock block(order);
  const auto memory = UsedMemory<TileMemory<Shape>>();
  for (uint32_t tile = 0; tile <= (args.num_rows - 1) / Shape::kRows; ++tile) {
    ScanTile<Shape>(block, args, tile, *memory);
  }
}

inline void SelectOnHost(const SelectArgs& args, const HostBlock::Order& order) {
  HostBlock block(order);
  for (uint32_t query = 0; query < args.num_queries; ++query) {
    SelectGroups(block, args, query, *UsedMemory<SelectMemory>());
  }
}

class HostDevice : public Device {
 public:
  explicit HostDevice(HostDeviceState& state) : state_(state) {}
  ~HostDevice() override { EXPECT_TRUE(memory_.empty() || state_.calls_left <= 0); }

  absl::StatusOr<void*> Allocate(size_t bytes) override {
    if (const absl::Status alive = Call(); !alive.ok()) return alive;
    if (bytes > state_.max_bytes - state_.bytes) return absl::ResourceExhaustedError("no room");
    auto block = std::make_unique<Aligned[]>((bytes + 255) / 256);
    void* at = block.get();
    memory_[static_cast<char*>(at)] = {bytes, std::move(block)};
    state_.bytes += bytes;
    state_.most_bytes = std::max(state_.most_bytes.load(), state_.bytes.load());
    return at;
  }
  void Free(void* memory) override {
    const auto found = memory_.find(static_cast<char*>(memory));
    ASSERT_NE(found, memory_.end());
    state_.bytes -= found->second.bytes;
    memory_.erase(found);
  }

  absl::Status Write(void* to, const void* from, size_t bytes) override {
    if (const absl::Status alive = Call(); !alive.ok()) return alive;
    ExpectWithin(to, bytes);
    std::memcpy(to, from, bytes);
    return absl::OkStatus();
  }
  absl::Status Read(void* to, const void* from, size_t bytes) override {
    if (const absl::Status alive = Call(); !alive.ok()) return alive;
    ExpectWithin(from, bytes);
    std::memcpy(to, from, bytes);
    return absl::OkStatus();
  }

  absl::Status Scan(const ScanArgs& args) override {
    if (const absl::Status alive = Call(); !alive.ok()) return alive;
    ++state_.scans;
    const HostBlock::Order order = ShuffledThreads(state_.scans);
    if (args.num_queries <= FewShape::kQueries) ScanOnHost<FewShape>(args, order);
    if (args.num_queries > FewShape::kQueries) ScanOnHost<BatchShape>(args, order);
    AddNoise(args.best, size_t{args.num_queries} * args.num_groups);
    return absl::OkStatus();
  }
  absl::Status Select(const SelectArgs& args) override {
    if (const absl::Status alive = Call(); !alive.ok()) return alive;
    SelectOnHost(args, ShuffledThreads(state_.scans));
    return absl::OkStatus();
  }

 private:
  struct alignas(256) Aligned {
    char bytes[256];
  };
  struct Allocation {
    size_t bytes = 0;
    std::unique_ptr<Aligned[]> block;
  };

  absl::Status Call() {
    if (owner_ == std::thread::id()) owner_ = std::this_thread::get_id();
    EXPECT_EQ(owner_, std::this_thread::get_id());
    ++state_.calls;
    return state_.calls_left-- > 0 ? absl::OkStatus() : absl::UnavailableError("fell off the bus");
  }
  void ExpectWithin(const void* at, size_t bytes) const {
    const auto* begin = static_cast<const char*>(at);
    auto found = memory_.upper_bound(const_cast<char*>(begin));
    ASSERT_NE(found, memory_.begin());
    --found;
    EXPECT_LE(begin + bytes, found->first + found->second.bytes);
  }
  void AddNoise(float* best, size_t count) {
    const float most = state_.noise;
    if (most == 0) return;
    std::uniform_real_distribution<float> noise(-most, most);
    for (size_t i = 0; i < count; ++i) best[i] += noise(random_);
  }

  HostDeviceState& state_;
  std::map<char*, Allocation> memory_;
  std::thread::id owner_;
  std::mt19937 random_{1};
};

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_HOST_DEVICE_H_
