// LoadIndex on any bytes: an error, or an index that can be searched and grown.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "index/vector_index.h"

namespace {

constexpr int kDim = 4;

void Check(bool condition) {
  if (!condition) std::abort();
}

void LoadAndUse(imago::IndexKind kind, const std::string& bytes) {
  const auto index = imago::LoadIndex({.kind = kind, .hnsw_links = 4}, kDim, bytes);
  if (!index.ok()) return;
  const imago::Matrix queries({1, 0, 0, 0, 0.5f, -0.5f, 0.5f, -0.5f}, 2, kDim);
  const auto found = (*index)->Search(queries, 3, nullptr);
  Check(found.ok() && found->size() == 2);
  for (const auto& hits : *found) {
    for (const imago::Neighbor& hit : hits) Check(hit.row < (*index)->size());
  }
  Check((*index)->Add(queries).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const auto kind :
       {imago::IndexKind::kExact, imago::IndexKind::kHnsw, imago::IndexKind::kIvf}) {
    LoadAndUse(kind, bytes);
  }
  return 0;
}
