#ifndef IMAGO_INDEX_ROW_STORE_H_
#define IMAGO_INDEX_ROW_STORE_H_

// What all kinds of VectorIndex share: their rows, the checks of what comes in, the exact scan.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/vector_index.h"

namespace imago {

class RowStore {
 public:
  explicit RowStore(int dim) : own_(0, dim) {}
  explicit RowStore(HalfMatrix rows) : own_(std::move(rows)) {}
  // Rows that lie where `owner` keeps them. They are copied when more come.
  RowStore(HalfMatrixView rows, std::shared_ptr<const void> owner)
      : borrowed_(rows), owner_(std::move(owner)) {}

  size_t size() const { return rows().rows(); }
  int dim() const { return static_cast<int>(rows().cols()); }
  HalfMatrixView rows() const { return owner_ == nullptr ? own_.view() : borrowed_; }

  // The contracts of VectorIndex::Add and Search.
  absl::StatusOr<HalfMatrix> CheckRows(MatrixView rows) const;
  absl::Status CheckQueries(MatrixView queries, const RowMask* keep) const;

  void Append(HalfMatrixView rows) {
    if (owner_ != nullptr) own_.Append(borrowed_);
    owner_ = nullptr;
    own_.Append(rows);
  }
  // Rows in `keep` (null: all) that there are.
  size_t CountKept(const RowMask* keep) const;
  std::vector<std::vector<Neighbor>> Scan(MatrixView queries, const TopKOptions& options) const {
    return TopK(queries, rows(), options);
  }

 private:
  HalfMatrix own_;  // where there is no owner
  HalfMatrixView borrowed_;
  std::shared_ptr<const void> owner_;
};

}  // namespace imago

#endif  // IMAGO_INDEX_ROW_STORE_H_
