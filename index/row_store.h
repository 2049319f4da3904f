#ifndef IMAGO_INDEX_ROW_STORE_H_
#define IMAGO_INDEX_ROW_STORE_H_

// What all kinds of VectorIndex share: their rows, the checks of what comes in, the exact scan.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/vector_index.h"

namespace imago {

class RowStore {
 public:
  explicit RowStore(int dim) : rows_(0, dim) {}
  explicit RowStore(HalfMatrix rows) : rows_(std::move(rows)) {}

  size_t size() const { return rows_.rows(); }
  int dim() const { return static_cast<int>(rows_.cols()); }
  const HalfMatrix& rows() const { return rows_; }

  // The contracts of VectorIndex::Add and Search.
  absl::StatusOr<HalfMatrix> CheckRows(MatrixView rows) const;
  absl::Status CheckQueries(MatrixView queries, const RowMask* keep) const;

  void Append(HalfMatrixView rows) { rows_.Append(rows); }
  // Rows in `keep` (null: all) that there are.
  size_t CountKept(const RowMask* keep) const;
  std::vector<std::vector<Neighbor>> Scan(MatrixView queries, const TopKOptions& options) const {
    return TopK(queries, rows_, options);
  }

 private:
  HalfMatrix rows_;
};

}  // namespace imago

#endif  // IMAGO_INDEX_ROW_STORE_H_
