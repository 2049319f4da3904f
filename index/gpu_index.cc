#include "index/gpu_index.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <utility>

#include "index/device_queue.h"
#include "index/group_rank.h"
#include "kernels/parallel.h"

namespace imago {
namespace {

using Found = std::vector<std::vector<Neighbor>>;
using Settled = std::vector<std::optional<std::vector<Neighbor>>>;

// Groups asked for beyond k, so that one pass nearly always proves the answer.
constexpr uint32_t kSpareGroups = 8;
// Asking for more groups than this costs more than a scan on the CPU.
constexpr uint32_t kMaxGroups = 1u << 16;

Matrix Gather(MatrixView rows, const std::vector<size_t>& numbers) {
  Matrix out(numbers.size(), rows.cols());
  for (size_t i = 0; i < numbers.size(); ++i) {
    std::copy_n(rows.row(numbers[i]), rows.cols(), out.row(i));
  }
  return out;
}

class GpuIndex : public VectorIndex {
 public:
  GpuIndex(const IndexOptions& options, std::unique_ptr<ExactIndex> exact)
      : exact_(std::move(exact)),
        device_(options.device),
        threads_(static_cast<size_t>(options.threads)),
        largest_norm_(LargestNorm(rows())) {}
  ~GpuIndex() override { LeaveDevice(); }

  size_t size() const override { return exact_->size(); }
  int dim() const override { return exact_->dim(); }
  const RowStore& store() const override { return exact_->store(); }
  absl::StatusOr<std::string> Save() const override { return exact_->Save(); }

  absl::Status Add(MatrixView added) override {
    const size_t before = size();
    const absl::Status status = exact_->Add(added);
    if (!status.ok() || size() == before) return status;
    largest_norm_ = std::max(largest_norm_, LargestNorm(rows().Slice(before, size() - before)));
    LeaveDevice();
    return status;
  }

  absl::StatusOr<Found> Search(MatrixView queries, size_t k, const RowMask* keep) const override {
    const absl::Status checked = exact_->store().CheckQueries(queries, keep);
    if (!checked.ok()) return checked;
    if (!IsForDevice(queries, k)) return exact_->Search(queries, k, keep);
    Found found;
    for (size_t begin = 0; begin < queries.rows(); begin += kMaxQueries) {
      const size_t count = std::min<size_t>(kMaxQueries, queries.rows() - begin);
      absl::StatusOr<Found> part = Pass(queries.Slice(begin, count), k, keep);
      if (!part.ok()) return part;
      std::move(part->begin(), part->end(), std::back_inserter(found));
    }
    return found;
  }

 private:
  HalfMatrixView rows() const { return exact_->store().rows(); }

  bool IsForDevice(MatrixView queries, size_t k) const {
    if (size() == 0 || k == 0 || k > kMaxDeviceK || queries.cols() > kMaxDeviceDim) return false;
    for (size_t q = 0; q < queries.rows(); ++q) {
      if (!QueryNorm(queries.row(q), queries.cols())) return false;
    }
    return true;
  }

  // Up to 64 queries. Those that the first groups do not settle ask again for more groups. What is
  // open at last, many rows of nearly the same score, and what the device fails at, is the CPU's.
  absl::StatusOr<Found> Pass(MatrixView queries, size_t k, const RowMask* keep) const {
    Found found(queries.rows());
    std::vector<size_t> open(queries.rows());
    std::iota(open.begin(), open.end(), size_t{0});
    for (auto want = static_cast<uint32_t>(k) + kSpareGroups; want <= kMaxGroups; want *= 4) {
      auto settled = Settle(Gather(queries, open), k, keep, want);
      if (!settled.ok()) {
        device_->Report(settled.status());
        break;
      }
      std::vector<size_t> still;
      for (size_t i = 0; i < open.size(); ++i) {
        if (!(*settled)[i]) still.push_back(open[i]);
        if ((*settled)[i]) found[open[i]] = *std::move((*settled)[i]);
      }
      open = std::move(still);
      if (open.empty()) return found;
    }
    auto rest = exact_->Search(Gather(queries, open), k, keep);
    if (!rest.ok()) return rest;
    for (size_t i = 0; i < open.size(); ++i) found[open[i]] = std::move((*rest)[i]);
    return found;
  }

  // For each query its k best, or nothing where `want` groups do not prove them.
  absl::StatusOr<Settled> Settle(MatrixView queries, size_t k, const RowMask* keep,
                                 uint32_t want) const {
    std::vector<std::vector<GroupMax>> groups;
    const absl::Status status = device_->Run([&](GroupScanner& scanner) {
      if (const absl::Status there = EnterDevice(scanner); !there.ok()) return there;
      auto picked = scanner.Scan(on_device_, queries, keep, want);
      if (picked.ok()) groups = *std::move(picked);
      return picked.status();
    });
    if (!status.ok()) return status;
    Settled settled(queries.rows());
    const size_t parts = std::min(threads_, queries.rows());
    RunParts(parts, [&](size_t part) {
      for (size_t q = part; q < queries.rows(); q += parts) {
        const bool all = groups[q].size() < want;
        settled[q] = BestOfGroups(queries.row(q), std::move(groups[q]),
                                  {rows(), keep, k, largest_norm_, all});
      }
    });
    return settled;
  }

  // By the owner thread. What had no room tries again only when memory came free.
  absl::Status EnterDevice(GroupScanner& scanner) const {
    if (on_device_.memory != nullptr) return absl::OkStatus();
    if (no_room_at_ == scanner.drops()) {
      return absl::ResourceExhaustedError("the GPU has no room for a segment's rows");
    }
    const absl::StatusOr<DeviceRows> uploaded = scanner.Upload(rows());
    if (absl::IsResourceExhausted(uploaded.status())) no_room_at_ = scanner.drops();
    if (uploaded.ok()) on_device_ = *uploaded;
    return uploaded.status();
  }

  void LeaveDevice() {
    // A lost device has lost the rows too.
    device_
        ->Run([this](GroupScanner& scanner) {
          scanner.Drop(std::exchange(on_device_, {}));
          no_room_at_.reset();
          return absl::OkStatus();
        })
        .IgnoreError();
  }

  std::unique_ptr<ExactIndex> exact_;
  std::shared_ptr<DeviceQueue> device_;
  size_t threads_;
  double largest_norm_;
  // The owner thread's.
  mutable DeviceRows on_device_;
  mutable std::optional<uint64_t> no_room_at_;  // GroupScanner::drops
};

}  // namespace

std::unique_ptr<VectorIndex> NewGpuIndex(const IndexOptions& options,
                                         std::unique_ptr<ExactIndex> exact) {
  return std::make_unique<GpuIndex>(options, std::move(exact));
}

}  // namespace imago
