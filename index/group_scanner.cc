#include "index/group_scanner.h"

#include <fmt/format.h>

#include <algorithm>

namespace imago {
namespace {

constexpr size_t kUploadRows = 4096;  // at a time, where rows need padding

uint32_t StrideOf(size_t dim) { return static_cast<uint32_t>((dim + kStep - 1) / kStep) * kStep; }

template <typename T>
BasicMatrix<T> Padded(BasicMatrixView<T> rows, size_t stride) {
  BasicMatrix<T> out(rows.rows(), stride);
  for (size_t r = 0; r < rows.rows(); ++r) std::copy_n(rows.row(r), rows.cols(), out.row(r));
  return out;
}

}  // namespace

GroupScanner::~GroupScanner() {
  for (const Scratch& scratch : {queries_, keep_, best_, picked_, counts_}) {
    Give(scratch.memory, scratch.bytes);
  }
}

absl::StatusOr<void*> GroupScanner::Take(size_t bytes) {
  if (bytes > max_bytes_ - used_bytes_) {
    return absl::ResourceExhaustedError(
        fmt::format("{} bytes more would be beyond the {} that the GPU may hold, of which {} are "
                    "in use",
                    bytes, max_bytes_, used_bytes_));
  }
  absl::StatusOr<void*> memory = device_->Allocate(bytes);
  if (memory.ok()) used_bytes_ += bytes;
  return memory;
}

void GroupScanner::Give(void* memory, size_t bytes) {
  if (memory == nullptr) return;
  device_->Free(memory);
  used_bytes_ -= bytes;
}

absl::Status GroupScanner::Grow(Scratch& scratch, size_t bytes) {
  if (bytes <= scratch.bytes) return absl::OkStatus();
  Give(scratch.memory, scratch.bytes);
  scratch = {};
  const absl::StatusOr<void*> memory = Take(bytes);
  if (!memory.ok()) return memory.status();
  scratch = {*memory, bytes};
  return absl::OkStatus();
}

absl::StatusOr<DeviceRows> GroupScanner::Upload(HalfMatrixView rows) {
  DeviceRows out;
  out.rows = static_cast<uint32_t>(rows.rows());
  out.stride = StrideOf(rows.cols());
  const size_t row_bytes = out.stride * sizeof(Half);
  const absl::StatusOr<void*> memory = Take(rows.rows() * row_bytes);
  if (!memory.ok()) return memory.status();
  out.memory = *memory;
  const bool padded = out.stride != rows.cols();
  const size_t step = padded ? kUploadRows : rows.rows();
  for (size_t begin = 0; begin < rows.rows(); begin += step) {
    const HalfMatrixView part = rows.Slice(begin, std::min(step, rows.rows() - begin));
    const HalfMatrix copy = padded ? Padded(part, out.stride) : HalfMatrix();
    const absl::Status written =
        device_->Write(static_cast<char*>(out.memory) + begin * row_bytes,
                       padded ? copy.data() : part.data(), part.rows() * row_bytes);
    if (written.ok()) continue;
    Drop(out);
    return written;
  }
  return out;
}

void GroupScanner::Drop(const DeviceRows& rows) {
  if (rows.memory == nullptr) return;
  Give(rows.memory, size_t{rows.rows} * rows.stride * sizeof(Half));
  ++drops_;
}

absl::Status GroupScanner::WriteQueries(MatrixView queries, uint32_t stride) {
  const Matrix padded = Padded(queries, stride);
  const size_t bytes = padded.rows() * padded.cols() * sizeof(float);
  if (const absl::Status grown = Grow(queries_, bytes); !grown.ok()) return grown;
  return device_->Write(queries_.memory, padded.data(), bytes);
}

absl::Status GroupScanner::WriteMask(const RowMask& keep) {
  const size_t bytes = keep.words().size() * sizeof(uint64_t);
  if (const absl::Status grown = Grow(keep_, bytes); !grown.ok()) return grown;
  return device_->Write(keep_.memory, keep.words().data(), bytes);
}

absl::StatusOr<std::vector<std::vector<GroupMax>>> GroupScanner::ReadPicked(
    const SelectArgs& select) {
  // Two copies for all queries: each waits for the device.
  std::vector<uint32_t> counts(select.num_queries);
  std::vector<GroupMax> all(size_t{select.num_queries} * select.want);
  absl::Status read =
      device_->Read(counts.data(), select.num_picked, counts.size() * sizeof(uint32_t));
  if (read.ok()) read = device_->Read(all.data(), select.picked, all.size() * sizeof(GroupMax));
  if (!read.ok()) return read;
  std::vector<std::vector<GroupMax>> picked(select.num_queries);
  for (size_t q = 0; q < picked.size(); ++q) {
    const auto first = all.begin() + static_cast<ptrdiff_t>(q * select.want);
    picked[q].assign(first, first + std::min(counts[q], select.want));
  }
  return picked;
}

absl::StatusOr<std::vector<std::vector<GroupMax>>> GroupScanner::Scan(const DeviceRows& rows,
                                                                      MatrixView queries,
                                                                      const RowMask* keep,
                                                                      uint32_t want) {
  const auto nq = static_cast<uint32_t>(queries.rows());
  const uint32_t groups = (rows.rows - 1) / kGroupRows + 1;
  absl::Status status = WriteQueries(queries, rows.stride);
  if (status.ok() && keep != nullptr) status = WriteMask(*keep);
  if (status.ok()) status = Grow(best_, size_t{nq} * groups * sizeof(float));
  if (status.ok()) status = Grow(picked_, size_t{nq} * want * sizeof(GroupMax));
  if (status.ok()) status = Grow(counts_, nq * sizeof(uint32_t));
  if (!status.ok()) return status;

  auto* best = static_cast<float*>(best_.memory);
  status =
      device_->Scan({.rows = static_cast<const Half*>(rows.memory),
                     .queries = static_cast<const float*>(queries_.memory),
                     .keep = keep == nullptr ? nullptr : static_cast<const uint64_t*>(keep_.memory),
                     .best = best,
                     .num_rows = rows.rows,
                     .num_groups = groups,
                     .num_queries = nq,
                     .stride = rows.stride});
  const SelectArgs select = {.best = best,
                             .picked = static_cast<GroupMax*>(picked_.memory),
                             .num_picked = static_cast<uint32_t*>(counts_.memory),
                             .num_groups = groups,
                             .num_queries = nq,
                             .want = want};
  if (status.ok()) status = device_->Select(select);
  if (!status.ok()) return status;
  return ReadPicked(select);
}

}  // namespace imago
