#include "index/check_entry.h"

#include <cmath>
#include <set>
#include <tuple>

#include "fmt/format.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

absl::Status CheckVector(const StoredVector& vector, const std::string& id,
                         const std::string& model, int dim) {
  if (vector.key.item_id != id) {
    return absl::InvalidArgumentError(
        fmt::format("item '{}' comes with a vector of '{}'", id, vector.key.item_id));
  }
  if (vector.model != model) {
    return absl::InvalidArgumentError(
        fmt::format("a vector of item '{}' is of the model {}, the collection has {}", id,
                    vector.model, model));
  }
  if (vector.values.size() != static_cast<size_t>(dim)) {
    return absl::InvalidArgumentError(fmt::format(
        "a vector of item '{}': dim is {}, the collection has {}", id, vector.values.size(), dim));
  }
  if (const double length = LengthOf(vector); !IsUnitLength(length)) {
    return absl::InvalidArgumentError(
        fmt::format("a vector of item '{}' has the length {:.4g}, not 1", id, length));
  }
  return absl::OkStatus();
}

}  // namespace

double LengthOf(const StoredVector& vector) {
  const HalfMatrixView row(vector.values.data(), 1, vector.values.size());
  const Matrix values = ToFloat(row);
  double sum = 0;
  for (size_t i = 0; i < values.cols(); ++i) sum += double{values.row(0)[i]} * values.row(0)[i];
  return std::sqrt(sum);
}

absl::Status CheckEntry(const Entry& entry, const std::string& model, int dim) {
  const std::string& id = entry.item.id;
  std::set<std::tuple<RowPart, int32_t, int32_t>> keys;
  for (const StoredVector& vector : entry.vectors) {
    if (const absl::Status checked = CheckVector(vector, id, model, dim); !checked.ok()) {
      return checked;
    }
    if (!keys.emplace(vector.key.part, vector.key.begin_ms, vector.key.end_ms).second) {
      return absl::InvalidArgumentError(fmt::format("item '{}' has two vectors of one key", id));
    }
  }
  return absl::OkStatus();
}

}  // namespace imago
