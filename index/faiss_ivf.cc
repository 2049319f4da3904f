#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "index/faiss_index.h"
#include "index/gpu_assigner.h"
#include "index/index_bytes.h"
#include "index/row_store.h"
#include "index/run_faiss.h"
#include "kernels/kernels.h"
#include "kernels/parallel.h"

namespace imago {
namespace {

constexpr size_t kTrainFrom = 10000;      // rows
constexpr size_t kTrainRowsPerCell = 64;  // more rows move the centroids hardly
constexpr size_t kAssignBlock = 4096;     // rows that are f32 at a time
// Up to this share of kept rows a scan is as quick as looking for their cells.
constexpr size_t kScanShare = 10;

class IvfIndex : public VectorIndex {
 public:
  IvfIndex(RowStore store, const IndexOptions& options)
      : options_(options), store_(std::move(store)), centroids_(0, store_.dim()) {}

  size_t size() const override { return store_.size(); }
  int dim() const override { return store_.dim(); }
  const RowStore& store() const override { return store_; }
  absl::Status Add(MatrixView rows) override;
  absl::StatusOr<std::vector<std::vector<Neighbor>>> Search(MatrixView queries, size_t k,
                                                            const RowMask* keep) const override;
  absl::StatusOr<std::string> Save() const override;
  // Takes the cells that Save wrote behind the rows.
  absl::Status Restore(IndexReader& reader);

 private:
  size_t num_cells() const { return centroids_.rows(); }
  size_t CellsWanted() const;
  absl::Status Train();
  void Assign(HalfMatrixView rows);
  std::vector<std::vector<Neighbor>> NearestCells(MatrixView points, size_t count) const;
  void Place(const std::vector<uint32_t>& cells);
  std::vector<Neighbor> SearchCells(MatrixView query, const std::vector<Neighbor>& cells,
                                    const TopKOptions& options) const;

  IndexOptions options_;
  RowStore store_;
  Matrix centroids_;                         // none before training
  std::vector<std::vector<uint32_t>> rows_;  // of each cell
  std::vector<uint32_t> cell_of_;            // each row
};

absl::Status IvfIndex::Add(MatrixView rows) {
  const absl::StatusOr<HalfMatrix> half = store_.CheckRows(rows);
  if (!half.ok()) return half.status();
  store_.Append(*half);
  if (num_cells() > 0) {
    Assign(*half);
    return absl::OkStatus();
  }
  if (size() < kTrainFrom) return absl::OkStatus();
  const absl::Status trained = Train();
  if (trained.ok()) Assign(store_.rows());
  return trained;
}

size_t IvfIndex::CellsWanted() const {
  if (options_.ivf_lists > 0) return std::min<size_t>(options_.ivf_lists, size());
  return static_cast<size_t>(4 * std::sqrt(static_cast<double>(size())));
}

absl::Status IvfIndex::Train() {
  const size_t cells = CellsWanted();
  const size_t step = std::max<size_t>(1, size() / (cells * kTrainRowsPerCell));
  Matrix sample;
  for (size_t row = 0; row < size(); row += step) {
    sample.Append(ToFloat(HalfMatrixView(store_.rows().row(row), 1, store_.rows().cols())));
  }
  return RunFaiss(options_.threads, [&] {
    faiss::ClusteringParameters parameters;
    parameters.niter = 10;
    parameters.spherical = true;
    parameters.min_points_per_centroid = 1;  // silences a warning on the console
    faiss::Clustering clustering(dim(), static_cast<int>(cells), parameters);
    std::unique_ptr<faiss::Index> assigner = NewGpuAssigner(dim(), cells);
    if (assigner == nullptr) assigner = std::make_unique<faiss::IndexFlatIP>(dim());
    clustering.train(static_cast<int64_t>(sample.rows()), sample.data(), *assigner);
    rows_.resize(cells);
    centroids_ = Matrix(std::move(clustering.centroids), cells, dim());
  });
}

void IvfIndex::Assign(HalfMatrixView rows) {
  std::vector<uint32_t> cells;
  for (size_t begin = 0; begin < rows.rows(); begin += kAssignBlock) {
    const size_t count = std::min(kAssignBlock, rows.rows() - begin);
    const Matrix block = ToFloat(rows.Slice(begin, count));
    for (const std::vector<Neighbor>& nearest : NearestCells(block, 1)) {
      cells.push_back(nearest.empty() ? 0 : nearest[0].row);  // empty: all products overflowed
    }
  }
  Place(cells);
}

std::vector<std::vector<Neighbor>> IvfIndex::NearestCells(MatrixView points, size_t count) const {
  return TopK(points, centroids_, {.k = count, .threads = options_.threads});
}

void IvfIndex::Place(const std::vector<uint32_t>& cells) {
  for (const uint32_t cell : cells) {
    rows_[cell].push_back(static_cast<uint32_t>(cell_of_.size()));
    cell_of_.push_back(cell);
  }
}

absl::StatusOr<std::vector<std::vector<Neighbor>>> IvfIndex::Search(MatrixView queries, size_t k,
                                                                    const RowMask* keep) const {
  const absl::Status checked = store_.CheckQueries(queries, keep);
  if (!checked.ok()) return checked;
  const size_t kept = store_.CountKept(keep);
  const TopKOptions scan = {.k = std::min(k, kept), .keep = keep, .threads = options_.threads};
  if (num_cells() == 0 || scan.k == 0 || kept <= size() / kScanShare) {
    return store_.Scan(queries, scan);
  }
  // As many more cells as the filter thins them out.
  const size_t probes = std::min(num_cells(), options_.ivf_probes * size() / kept);
  const std::vector<std::vector<Neighbor>> cells = NearestCells(queries, probes);
  std::vector<std::vector<Neighbor>> found(queries.rows());
  const size_t parts = std::min<size_t>(options_.threads, queries.rows());
  RunParts(parts, [&](size_t part) {
    for (size_t q = part; q < queries.rows(); q += parts) {
      found[q] = SearchCells(queries.Slice(q, 1), cells[q], scan);
    }
  });
  return found;
}

std::vector<Neighbor> IvfIndex::SearchCells(MatrixView query, const std::vector<Neighbor>& cells,
                                            const TopKOptions& options) const {
  RowMask near(size());
  for (const Neighbor& cell : cells) {
    for (const uint32_t row : rows_[cell.row]) {
      if (options.keep == nullptr || options.keep->Get(row)) near.Set(row);
    }
  }
  std::vector<Neighbor> best = store_.Scan(query, {.k = options.k, .keep = &near})[0];
  if (best.size() < options.k) best = store_.Scan(query, options)[0];
  return best;
}

// Behind the rows: u32 cells, f32 centroids[cells * dim], u32 cell[rows] where there are cells.
absl::StatusOr<std::string> IvfIndex::Save() const {
  IndexWriter writer(IndexKind::kIvf, store_.rows());
  writer.Put(static_cast<uint32_t>(num_cells()));
  writer.Put(centroids_.data(), centroids_.rows() * centroids_.cols());
  writer.Put(cell_of_.data(), cell_of_.size());
  return std::move(writer).Take();
}

absl::Status IvfIndex::Restore(IndexReader& reader) {
  const auto bad = [](const std::string& what) { return BadIndexBytes(IndexKind::kIvf, what); };
  uint32_t cells = 0;
  std::vector<float> centroids;
  std::vector<uint32_t> cell_of;
  if (!reader.Get(&cells) || !reader.Get(&centroids, uint64_t{cells} * dim()) ||
      !reader.Get(&cell_of, cells > 0 ? size() : 0) || !reader.AtEnd()) {
    return bad("does not end where it should");
  }
  for (const float value : centroids) {
    if (!std::isfinite(value)) return bad("a centroid is not finite");
  }
  for (const uint32_t cell : cell_of) {
    if (cell >= cells) return bad(fmt::format("names cell {} of {}", cell, cells));
  }
  rows_.resize(cells);
  Place(cell_of);
  centroids_ = Matrix(std::move(centroids), cells, dim());
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<VectorIndex> NewIvfIndex(const IndexOptions& options, int dim) {
  return std::make_unique<IvfIndex>(RowStore(dim), options);
}

absl::StatusOr<std::unique_ptr<VectorIndex>> LoadIvfIndex(const IndexOptions& options, int dim,
                                                          const SavedIndex& saved) {
  IndexReader reader(saved);
  absl::StatusOr<RowStore> rows = reader.Rows(IndexKind::kIvf, dim);
  if (!rows.ok()) return rows.status();
  auto index = std::make_unique<IvfIndex>(*std::move(rows), options);
  const absl::Status restored = index->Restore(reader);
  if (!restored.ok()) return restored;
  return index;
}

}  // namespace imago
