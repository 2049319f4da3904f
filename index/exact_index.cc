#include "index/exact_index.h"

#include <unistd.h>

#include <mutex>
#include <utility>

#include "index/index_bytes.h"
#include "kernels/quantized_top_k.h"

namespace imago {
namespace {

// Below this many rows the plain scan is as fast.
constexpr size_t kQuantizeFromRows = 4096;
constexpr int kNiceness = 10;

}  // namespace

ExactIndex::ExactIndex(RowStore store, int threads)
    : store_(std::move(store)), quantized_(static_cast<size_t>(store_.dim())), threads_(threads) {
  if (!Pays()) return;
  ready_ = false;
  quantizing_ = std::async(std::launch::async | std::launch::deferred, [this] { QuantizeLater(); });
}

bool ExactIndex::Pays() const {
  return store_.size() >= kQuantizeFromRows && store_.rows().cols() <= QuantizedRows::kMaxDim;
}

// Beside whatever goes on: until it is done searches are slower, but not wrong. One index after the
// other, since many threads of low priority take as much of the processors as one of high.
void ExactIndex::QuantizeLater() {
  static std::mutex one_at_a_time;
  (void)::nice(kNiceness);  // of this thread (Linux) and those it starts
  const std::lock_guard lock(one_at_a_time);
  Quantize();
}

void ExactIndex::Quantize() {
  quantized_.Cover(store_.rows(), threads_);
  ready_ = true;
}

absl::Status ExactIndex::Add(MatrixView rows) {
  const absl::StatusOr<HalfMatrix> half = store_.CheckRows(rows);
  if (!half.ok()) return half.status();
  if (quantizing_.valid()) quantizing_.get();
  store_.Append(*half);
  if (Pays()) Quantize();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::vector<Neighbor>>> ExactIndex::Search(MatrixView queries, size_t k,
                                                                      const RowMask* keep) const {
  const absl::Status checked = store_.CheckQueries(queries, keep);
  if (!checked.ok()) return checked;
  const TopKOptions options = {.k = k, .keep = keep, .threads = threads_};
  if (!ready_ || quantized_.rows() < size()) return store_.Scan(queries, options);
  return QuantizedTopK(queries, store_.rows(), quantized_, options);
}

absl::StatusOr<std::string> ExactIndex::Save() const {
  return IndexWriter(IndexKind::kExact, store_.rows()).Take();
}

std::unique_ptr<ExactIndex> NewExactIndex(const IndexOptions& options, int dim) {
  return std::make_unique<ExactIndex>(RowStore(dim), options.threads);
}

absl::StatusOr<std::unique_ptr<ExactIndex>> LoadExactIndex(const IndexOptions& options, int dim,
                                                           const SavedIndex& saved) {
  IndexReader reader(saved);
  absl::StatusOr<RowStore> rows = reader.Rows(IndexKind::kExact, dim);
  if (!rows.ok()) return rows.status();
  if (!reader.AtEnd()) return BadIndexBytes(IndexKind::kExact, "does not end where it should");
  return std::make_unique<ExactIndex>(*std::move(rows), options.threads);
}

}  // namespace imago
