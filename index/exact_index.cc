#include "index/exact_index.h"

#include <utility>

#include "index/index_bytes.h"
#include "index/row_store.h"

namespace imago {
namespace {

class ExactIndex : public VectorIndex {
 public:
  ExactIndex(RowStore store, int threads) : store_(std::move(store)), threads_(threads) {}

  size_t size() const override { return store_.size(); }
  int dim() const override { return store_.dim(); }

  absl::Status Add(MatrixView rows) override {
    const absl::StatusOr<HalfMatrix> half = store_.CheckRows(rows);
    if (half.ok()) store_.Append(*half);
    return half.status();
  }

  absl::StatusOr<std::vector<std::vector<Neighbor>>> Search(MatrixView queries, size_t k,
                                                            const RowMask* keep) const override {
    const absl::Status checked = store_.CheckQueries(queries, keep);
    if (!checked.ok()) return checked;
    return store_.Scan(queries, {.k = k, .keep = keep, .threads = threads_});
  }

  absl::StatusOr<std::string> Save() const override {
    return IndexWriter(IndexKind::kExact, store_.rows()).Take();
  }

 private:
  RowStore store_;
  int threads_;
};

}  // namespace

std::unique_ptr<VectorIndex> NewExactIndex(const IndexOptions& options, int dim) {
  return std::make_unique<ExactIndex>(RowStore(dim), options.threads);
}

absl::StatusOr<std::unique_ptr<VectorIndex>> LoadExactIndex(const IndexOptions& options, int dim,
                                                            const std::string& bytes) {
  IndexReader reader(bytes);
  absl::StatusOr<HalfMatrix> rows = reader.Rows(IndexKind::kExact, dim);
  if (!rows.ok()) return rows.status();
  if (!reader.AtEnd()) return BadIndexBytes(IndexKind::kExact, "does not end where it should");
  return std::make_unique<ExactIndex>(RowStore(*std::move(rows)), options.threads);
}

}  // namespace imago
