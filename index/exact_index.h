#ifndef IMAGO_INDEX_EXACT_INDEX_H_
#define IMAGO_INDEX_EXACT_INDEX_H_

// Scans every kept row with the kernels in use: never misses one. From a few thousand rows on it
// reads them in few bits first (kernels/quantized_top_k.h), which takes 1.25 bytes a value beside
// the f16 originals; these bytes are made from the rows and not saved: of a loaded index in the
// background, while searches read the originals.

#include <atomic>
#include <future>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "index/row_store.h"
#include "index/vector_index.h"
#include "kernels/quantized_rows.h"

namespace imago {

class ExactIndex : public VectorIndex {
 public:
  ExactIndex(RowStore store, int threads);

  size_t size() const override { return store_.size(); }
  int dim() const override { return store_.dim(); }
  absl::Status Add(MatrixView rows) override;
  absl::StatusOr<std::vector<std::vector<Neighbor>>> Search(MatrixView queries, size_t k,
                                                            const RowMask* keep) const override;
  absl::StatusOr<std::string> Save() const override;

  const RowStore& store() const override { return store_; }

 private:
  bool Pays() const;  // for so many rows to be quantized
  void Quantize();
  void QuantizeLater();

  RowStore store_;
  QuantizedRows quantized_;  // of all rows, or none
  int threads_;
  std::atomic<bool> ready_{true};  // quantized_ is not being made
  std::future<void> quantizing_;   // waits when it is destroyed
};

std::unique_ptr<ExactIndex> NewExactIndex(const IndexOptions& options, int dim);
absl::StatusOr<std::unique_ptr<ExactIndex>> LoadExactIndex(const IndexOptions& options, int dim,
                                                           const SavedIndex& saved);

}  // namespace imago

#endif  // IMAGO_INDEX_EXACT_INDEX_H_
