#ifndef IMAGO_TOOLS_BENCH_CLUSTERED_ITEMS_H_
#define IMAGO_TOOLS_BENCH_CLUSTERED_ITEMS_H_

// A collection to measure with: items without pictures whose rows lie in clusters, as embeddings
// do.

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "index/collection.h"
#include "kernels/kernels.h"
#include "kernels/matrix.h"

namespace imago {

inline std::string ClusteredId(size_t number) { return fmt::format("photos/{:08}.jpg", number); }

inline Entry ClusteredEntry(size_t number, const std::string& model, HalfMatrixView row) {
  Entry entry;
  Item& item = entry.item;
  item.id = ClusteredId(number);
  item.uri = "/srv/" + item.id;
  item.sha256 = fmt::format("{:064x}", number);
  item.bytes = 100'000;
  item.width = 640;
  item.height = 480;
  item.metadata_json = fmt::format("{{\"year\":{}}}", 2000 + number % 25);
  entry.vectors.push_back({{item.id}, model, {row.data(), row.data() + row.cols()}});
  return entry;
}

// Writes `rows` items, each with one row: unit vectors around a random direction for every hundred
// of them, each a direction plus noise of the same length.
inline absl::Status WriteClusteredItems(Collection& collection, size_t rows) {
  constexpr size_t kBatch = 20'000;
  const auto snapshot = collection.snapshot();
  const auto dim = static_cast<size_t>(snapshot->dim);
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(dim)));
  Matrix centers(std::max<size_t>(1, rows / 100), dim);
  for (size_t i = 0; i < centers.rows() * dim; ++i) centers.data()[i] = normal(random);
  for (size_t first = 0; first < rows; first += kBatch) {
    Matrix some(std::min(kBatch, rows - first), dim);
    for (size_t r = 0; r < some.rows(); ++r) {
      const float* center = centers.row(random() % centers.rows());
      for (size_t i = 0; i < dim; ++i) some.row(r)[i] = center[i] + normal(random);
    }
    NormalizeRows(some);
    const HalfMatrix half = ToHalf(some);
    std::vector<Entry> entries;
    for (size_t r = 0; r < half.rows(); ++r) {
      entries.push_back(ClusteredEntry(first + r, snapshot->model, half.view().Slice(r, 1)));
    }
    if (absl::Status s = collection.Write(std::move(entries)); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace imago

#endif  // IMAGO_TOOLS_BENCH_CLUSTERED_ITEMS_H_
