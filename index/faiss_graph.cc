#include "index/faiss_graph.h"

#include <faiss/impl/HNSW.h>
#include <fmt/format.h>

#include <algorithm>

namespace imago {
namespace {

constexpr uint32_t kMaxLinks = 256;

absl::Status Bad(const std::string& what) { return BadIndexBytes(IndexKind::kHnsw, what); }

// Level l is the lowest for l = 0; a row on n levels is on 0 to n - 1.
absl::Status CheckLevels(const faiss::HNSW& hnsw) {
  const int rows = static_cast<int>(hnsw.levels.size());
  const int max_levels = static_cast<int>(hnsw.cum_nneighbor_per_level.size()) - 1;
  for (int row = 0; row < rows; ++row) {
    if (hnsw.levels[row] < 1 || hnsw.levels[row] > max_levels) {
      return Bad(fmt::format("row {} is on {} levels", row, hnsw.levels[row]));
    }
  }
  const bool empty = rows == 0 && hnsw.entry_point == -1 && hnsw.max_level == -1;
  const bool entered = hnsw.entry_point >= 0 && hnsw.entry_point < rows &&
                       hnsw.levels[hnsw.entry_point] == hnsw.max_level + 1;
  if (!empty && !entered) return Bad(fmt::format("enters at row {}", hnsw.entry_point));
  return absl::OkStatus();
}

void SetOffsets(faiss::HNSW& hnsw) {
  hnsw.offsets.assign(1, 0);
  for (const int levels : hnsw.levels) {
    hnsw.offsets.push_back(hnsw.offsets.back() + hnsw.cum_nneighbor_per_level[levels]);
  }
}

absl::Status CheckLinks(const faiss::HNSW& hnsw) {
  const int rows = static_cast<int>(hnsw.levels.size());
  for (int row = 0; row < rows; ++row) {
    for (int level = 0; level < hnsw.levels[row]; ++level) {
      size_t begin = 0, end = 0;
      hnsw.neighbor_range(row, level, &begin, &end);
      for (size_t i = begin; i < end; ++i) {
        const int to = hnsw.neighbors[i];
        if (to >= rows || (to >= 0 && hnsw.levels[to] <= level)) {
          return Bad(fmt::format("row {} leads to row {} on level {}", row, to, level));
        }
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

void PutGraph(const faiss::HNSW& hnsw, IndexWriter& writer) {
  writer.Put(static_cast<uint32_t>(hnsw.nb_neighbors(1)));
  writer.Put(static_cast<int32_t>(hnsw.entry_point));
  writer.Put(static_cast<int32_t>(hnsw.max_level));
  writer.Put(hnsw.levels.data(), hnsw.levels.size());
  writer.Put(static_cast<uint64_t>(hnsw.neighbors.size()));
  writer.Put(hnsw.neighbors.data(), hnsw.neighbors.size());
}

absl::StatusOr<int> GetGraphLinks(IndexReader& reader) {
  uint32_t links = 0;
  if (!reader.Get(&links)) return Bad("ends behind its rows");
  if (links < 2 || links > kMaxLinks) return Bad(fmt::format("has {} links a row", links));
  return static_cast<int>(links);
}

absl::Status GetGraph(IndexReader& reader, size_t rows, faiss::HNSW& hnsw) {
  int32_t entry = 0, top = 0;
  uint64_t num_neighbors = 0;
  std::vector<int32_t> levels, neighbors;
  if (!reader.Get(&entry) || !reader.Get(&top) || !reader.Get(&levels, rows) ||
      !reader.Get(&num_neighbors) || !reader.Get(&neighbors, num_neighbors) || !reader.AtEnd()) {
    return Bad("does not end where it should");
  }
  hnsw.entry_point = entry;
  hnsw.max_level = top;
  hnsw.levels = std::move(levels);
  const absl::Status checked = CheckLevels(hnsw);
  if (!checked.ok()) return checked;
  SetOffsets(hnsw);
  if (neighbors.size() != hnsw.offsets.back()) return Bad("its levels and links do not agree");
  hnsw.neighbors.resize(neighbors.size());
  std::copy(neighbors.begin(), neighbors.end(), hnsw.neighbors.begin());
  return CheckLinks(hnsw);
}

}  // namespace imago
