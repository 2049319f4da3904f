#include "index/row_store.h"

#include <fmt/format.h>

#include <cmath>

#include "kernels/kernels.h"

namespace imago {
namespace {

absl::Status WrongDim(size_t dim, int expected) {
  return absl::InvalidArgumentError(fmt::format("dim is {}, the index has {}", dim, expected));
}

}  // namespace

absl::StatusOr<HalfMatrix> RowStore::CheckRows(MatrixView rows) const {
  if (rows.rows() == 0) return HalfMatrix(0, dim());
  if (rows.cols() != this->rows().cols()) return WrongDim(rows.cols(), dim());
  HalfMatrix half = ToHalf(rows);
  for (size_t i = 0; i < rows.rows() * rows.cols(); ++i) {
    if ((half.data()[i].bits & 0x7c00) == 0x7c00) {
      return absl::InvalidArgumentError(fmt::format("row {} holds {}, which is not a finite f16",
                                                    i / rows.cols(), rows.data()[i]));
    }
  }
  return half;
}

absl::Status RowStore::CheckQueries(MatrixView queries, const RowMask* keep) const {
  if (queries.rows() > 0 && queries.cols() != rows().cols()) return WrongDim(queries.cols(), dim());
  for (size_t i = 0; i < queries.rows() * queries.cols(); ++i) {
    if (!std::isfinite(queries.data()[i])) {
      return absl::InvalidArgumentError(
          fmt::format("query {} holds {}", i / queries.cols(), queries.data()[i]));
    }
  }
  if (keep != nullptr && keep->size() < size()) {
    return absl::InvalidArgumentError(
        fmt::format("the mask covers {} rows, the index has {}", keep->size(), size()));
  }
  return absl::OkStatus();
}

size_t RowStore::CountKept(const RowMask* keep) const {
  if (keep == nullptr) return size();
  return keep->size() == size() ? keep->Count() : keep->Slice(0, size()).Count();
}

}  // namespace imago
