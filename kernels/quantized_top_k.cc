#include "kernels/quantized_top_k.h"

#include <algorithm>
#include <utility>

#include "kernels/parallel.h"
#include "kernels/quantized_queries.h"
#include "kernels/quantized_scan.h"

namespace imago {
namespace {

// Queries whose products with a block of rows stay in the first cache.
constexpr size_t kQueriesAtOnce = 64;
// Below this many rows a thread costs more than it saves.
constexpr size_t kRowsPerThread = 16384;
// With a larger part of the rows in the answer, most would be read three times.
constexpr size_t kLeastRowsPerNeighbor = 16;

std::vector<Best> Scan(const QuantizedSearch& search) {
  const size_t words = (search.rows.rows() + 63) / 64;
  const RowMask* keep = search.options.keep;
  const size_t kept = keep == nullptr ? search.rows.rows() : keep->Count();
  const size_t most = std::max<size_t>(1, kept / kRowsPerThread);
  const size_t parts = std::clamp<size_t>(search.options.threads, 1, most);
  std::vector<std::vector<Best>> found(parts);
  RunParts(parts, [&](size_t part) {
    QuantizedScan scan(search);  // by its own thread, so that no two write to one line of the cache
    scan.Run(words * part / parts, words * (part + 1) / parts);
    found[part] = std::move(scan.best());
  });
  for (size_t part = 1; part < parts; ++part) {
    for (size_t q = 0; q < found[0].size(); ++q) found[0][q].Merge(found[part][q]);
  }
  return std::move(found[0]);
}

}  // namespace

std::vector<std::vector<Neighbor>> QuantizedTopK(MatrixView queries, HalfMatrixView rows,
                                                 const QuantizedRows& quantized,
                                                 const TopKOptions& options) {
  if (options.k == 0 || options.k > rows.rows() / kLeastRowsPerNeighbor) {
    return TopK(queries, rows, options);
  }
  std::vector<std::vector<Neighbor>> found;
  found.reserve(queries.rows());
  for (size_t q = 0; q < queries.rows(); q += kQueriesAtOnce) {
    const MatrixView part = queries.Slice(q, std::min(kQueriesAtOnce, queries.rows() - q));
    const QuantizedQueries quantized_part(part, quantized);
    if (!quantized_part.bounded()) {
      for (auto& hits : TopK(part, rows, options)) found.push_back(std::move(hits));
      continue;
    }
    Thresholds thresholds(part.rows());
    for (Best& best : Scan({part, quantized_part, rows, quantized, options, thresholds})) {
      found.push_back(std::move(best).Sorted());
    }
  }
  return found;
}

}  // namespace imago
