#include "index/segment_builder.h"

#include <algorithm>
#include <tuple>

#include "fmt/format.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

// Large, since an index of lists learns them from the first rows that it gets.
constexpr size_t kChunkRows = size_t{1} << 17;

auto OrderOf(const StoredVector& vector) {
  return std::make_tuple(vector.key.part, vector.key.begin_ms, vector.key.end_ms);
}

}  // namespace

SegmentBuilder::SegmentBuilder(const SegmentOptions& options, uint64_t number)
    : options_(options), segment_(std::make_shared<Segment>()) {
  segment_->number = number;
}

absl::Status SegmentBuilder::Add(std::shared_ptr<const ItemRecord> record,
                                 std::vector<StoredVector> vectors) {
  const auto dim = static_cast<size_t>(options_.dim);
  for (const StoredVector& vector : vectors) {
    if (vector.values.size() == dim) continue;
    return absl::InvalidArgumentError(fmt::format("a vector of item '{}' has dim {}, not {}",
                                                  record->item.id, vector.values.size(), dim));
  }
  std::sort(vectors.begin(), vectors.end(),
            [](const StoredVector& a, const StoredVector& b) { return OrderOf(a) < OrderOf(b); });
  const auto item = static_cast<uint32_t>(segment_->items.size());
  for (const StoredVector& vector : vectors) {
    pending_.Append(HalfMatrixView(vector.values.data(), 1, dim));
    segment_->rows.push_back({item, vector.key.part, vector.key.begin_ms, vector.key.end_ms});
  }
  segment_->items.push_back(std::move(record));
  return pending_.rows() >= std::max(kChunkRows, options_.ann_rows) ? Flush() : absl::OkStatus();
}

absl::Status SegmentBuilder::Flush() {
  if (index_ == nullptr) {
    IndexOptions index = options_.index;
    if (pending_.rows() < options_.ann_rows) index.kind = IndexKind::kExact;
    absl::StatusOr<std::unique_ptr<VectorIndex>> made = NewIndex(index, options_.dim);
    if (!made.ok()) return made.status();
    index_ = *std::move(made);
    segment_->kind = SavedKind(index.kind);
  }
  const HalfMatrix rows = std::exchange(pending_, {});
  return rows.rows() == 0 ? absl::OkStatus() : index_->Add(ToFloat(rows));
}

absl::StatusOr<std::shared_ptr<const Segment>> SegmentBuilder::Finish() && {
  if (const absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  segment_->index = std::move(index_);
  return std::shared_ptr<const Segment>(std::move(segment_));
}

absl::StatusOr<std::shared_ptr<const Segment>> BuildFromStore(
    const Store& store, const std::string& model,
    const std::vector<std::shared_ptr<const ItemRecord>>& items, SegmentBuilder builder) {
  for (const std::shared_ptr<const ItemRecord>& record : items) {
    absl::StatusOr<std::vector<StoredVector>> vectors = store.GetVectors(record->item.id, model);
    if (!vectors.ok()) return vectors.status();
    const absl::Status added = builder.Add(record, *std::move(vectors));
    if (!added.ok()) return added;
  }
  return std::move(builder).Finish();
}

}  // namespace imago
