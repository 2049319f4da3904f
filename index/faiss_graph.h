#ifndef IMAGO_INDEX_FAISS_GRAPH_H_
#define IMAGO_INDEX_FAISS_GRAPH_H_

// The links of an HNSW graph as bytes, behind the rows:
//
//   u32 links  i32 entry row  i32 top level  i32 levels[rows]  u64 n  i32 neighbours[n]
//
// Where a row's neighbours begin follows from the levels of the rows before it.

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/index_bytes.h"

namespace faiss {
struct HNSW;
}

namespace imago {

void PutGraph(const faiss::HNSW& hnsw, IndexWriter& writer);

// The links for each row that the graph was made with.
absl::StatusOr<int> GetGraphLinks(IndexReader& reader);
// The rest. FAISS follows links without looking, so each is checked here: kDataLoss when one leads
// anywhere but to a row of the same level.
absl::Status GetGraph(IndexReader& reader, size_t rows, faiss::HNSW& hnsw);

}  // namespace imago

#endif  // IMAGO_INDEX_FAISS_GRAPH_H_
