#include <faiss/IndexHNSW.h>
#include <faiss/impl/DistanceComputer.h>
#include <faiss/impl/FaissAssert.h>

#include <algorithm>
#include <utility>

#include "index/faiss_graph.h"
#include "index/faiss_index.h"
#include "index/index_bytes.h"
#include "index/row_store.h"
#include "index/run_faiss.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

// Up to this many kept rows, and up to this share of all, a scan is as quick as the graph.
constexpr size_t kScanRows = 2048;
constexpr size_t kScanShare = 10;

// Products of a query, or of a row, with rows.
class RowProducts : public faiss::DistanceComputer {
 public:
  explicit RowProducts(HalfMatrixView rows) : rows_(rows), unpacked_(rows.cols()) {}

  void set_query(const float* x) override { query_ = x; }
  float operator()(int64_t i) override {
    return kernels_.dot_f16(query_, rows_.row(i), rows_.cols());
  }
  float symmetric_dis(int64_t i, int64_t j) override {
    if (i == unpacked_row_) std::swap(i, j);
    if (j != unpacked_row_) kernels_.to_f32(rows_.row(j), unpacked_.data(), rows_.cols());
    unpacked_row_ = j;
    return kernels_.dot_f16(unpacked_.data(), rows_.row(i), rows_.cols());
  }

 private:
  const Kernels& kernels_ = ActiveKernels();
  HalfMatrixView rows_;
  const float* query_ = nullptr;
  std::vector<float> unpacked_;  // one row: FAISS compares it with many in turn
  int64_t unpacked_row_ = -1;
};

// Lets FAISS's graph stand on our rows.
class RowStorage : public faiss::Index {
 public:
  explicit RowStorage(RowStore& store)
      : faiss::Index(store.dim(), faiss::METRIC_INNER_PRODUCT), store_(store) {
    ntotal = static_cast<int64_t>(store.size());
  }
  void add(int64_t n, const float* x) override {
    store_.Append(ToHalf(MatrixView(x, n, d)));
    ntotal += n;
  }
  void search(int64_t, const float*, int64_t, float*, int64_t*,
              const faiss::SearchParameters*) const override {
    FAISS_THROW_MSG("the graph searches, not its rows");
  }
  void reset() override { FAISS_THROW_MSG("rows are never taken away"); }
  faiss::DistanceComputer* get_distance_computer() const override {
    return new RowProducts(store_.rows());
  }

 private:
  RowStore& store_;
};

class HnswIndex : public VectorIndex {
 public:
  HnswIndex(RowStore store, const IndexOptions& options)
      : options_(options),
        store_(std::move(store)),
        rows_(store_),
        graph_(&rows_, options.hnsw_links) {
    graph_.hnsw.efConstruction = options.hnsw_ef_construction;
  }

  size_t size() const override { return store_.size(); }
  int dim() const override { return store_.dim(); }
  const RowStore& store() const override { return store_; }

  absl::Status Add(MatrixView rows) override {
    const absl::StatusOr<HalfMatrix> half = store_.CheckRows(rows);
    if (!half.ok() || half->rows() == 0) return half.status();
    // The graph is built by the rows as they are kept, so that it is the same however it is made.
    const Matrix kept = ToFloat(*half);
    return RunFaiss(options_.threads,
                    [&] { graph_.add(static_cast<int64_t>(kept.rows()), kept.data()); });
  }

  absl::StatusOr<std::vector<std::vector<Neighbor>>> Search(MatrixView queries, size_t k,
                                                            const RowMask* keep) const override;

  absl::StatusOr<std::string> Save() const override {
    IndexWriter writer(IndexKind::kHnsw, store_.rows());
    PutGraph(graph_.hnsw, writer);
    return std::move(writer).Take();
  }

  // Takes the graph of the rows that the index was made with.
  absl::Status Restore(IndexReader& reader) {
    graph_.ntotal = static_cast<int64_t>(size());
    return GetGraph(reader, size(), graph_.hnsw);
  }

 private:
  absl::StatusOr<std::vector<std::vector<Neighbor>>> Walk(MatrixView queries, size_t fetch,
                                                          const RowMask* keep) const;

  IndexOptions options_;
  RowStore store_;
  RowStorage rows_;
  faiss::IndexHNSW graph_;
};

absl::StatusOr<std::vector<std::vector<Neighbor>>> HnswIndex::Search(MatrixView queries, size_t k,
                                                                     const RowMask* keep) const {
  const absl::Status checked = store_.CheckQueries(queries, keep);
  if (!checked.ok()) return checked;
  const size_t kept = store_.CountKept(keep);
  k = std::min(k, kept);
  const TopKOptions scan = {.k = k, .keep = keep, .threads = options_.threads};
  // What the filter will take away is fetched beforehand, with something to spare.
  const size_t wanted = kept == size() ? k : 2 * k * size() / std::max<size_t>(kept, 1);
  const size_t fetch = std::max<size_t>(options_.hnsw_ef_search, wanted);
  if (kept <= std::max(kScanRows, size() / kScanShare) || fetch > size() / kScanShare) {
    return store_.Scan(queries, scan);
  }
  auto found = Walk(queries, fetch, keep);
  if (!found.ok()) return found;
  for (size_t q = 0; q < found->size(); ++q) {
    std::vector<Neighbor>& best = (*found)[q];
    // The filter left too few near this query.
    if (best.size() < k) best = store_.Scan(queries.Slice(q, 1), scan)[0];
    best.resize(k);
  }
  return found;
}

absl::StatusOr<std::vector<std::vector<Neighbor>>> HnswIndex::Walk(MatrixView queries, size_t fetch,
                                                                   const RowMask* keep) const {
  std::vector<std::vector<Neighbor>> found(queries.rows());
  std::vector<float> scores(queries.rows() * fetch);
  std::vector<int64_t> labels(queries.rows() * fetch, -1);
  // FAISS 1.7.3 takes from these only when to stop; the breadth of its search it takes from the
  // number of results.
  faiss::SearchParametersHNSW parameters;
  parameters.efSearch = static_cast<int>(fetch);
  const absl::Status ran = RunFaiss(options_.threads, [&] {
    graph_.search(static_cast<int64_t>(queries.rows()), queries.data(), static_cast<int64_t>(fetch),
                  scores.data(), labels.data(), &parameters);
  });
  if (!ran.ok()) return ran;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || (keep != nullptr && !keep->Get(labels[i]))) continue;
    found[i / fetch].push_back({static_cast<uint32_t>(labels[i]), scores[i]});
  }
  for (std::vector<Neighbor>& best : found) std::sort(best.begin(), best.end(), Better);
  return found;
}

}  // namespace

std::unique_ptr<VectorIndex> NewHnswIndex(const IndexOptions& options, int dim) {
  return std::make_unique<HnswIndex>(RowStore(dim), options);
}

absl::StatusOr<std::unique_ptr<VectorIndex>> LoadHnswIndex(const IndexOptions& options, int dim,
                                                           const SavedIndex& saved) {
  IndexReader reader(saved);
  absl::StatusOr<RowStore> rows = reader.Rows(IndexKind::kHnsw, dim);
  if (!rows.ok()) return rows.status();
  IndexOptions as_saved = options;
  const absl::StatusOr<int> links = GetGraphLinks(reader);
  if (!links.ok()) return links.status();
  as_saved.hnsw_links = *links;
  auto index = std::make_unique<HnswIndex>(*std::move(rows), as_saved);
  const absl::Status restored = index->Restore(reader);
  if (!restored.ok()) return restored;
  return index;
}

}  // namespace imago
