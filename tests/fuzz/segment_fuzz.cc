// Segment files: what decodes is consistent, and its index opens or is refused.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "index/segment_file.h"
#include "index/vector_index.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<imago::SegmentContents> contents = imago::DecodeSegment(bytes);
  if (!contents.ok()) return 0;
  for (const imago::SegmentRow& row : contents->rows) {
    if (row.item >= contents->items.size()) std::abort();
  }
  imago::IndexOptions options;
  options.kind = contents->kind;
  const auto index = imago::LoadIndex(options, contents->dim, {contents->index, nullptr});
  if (index.ok() && (*index)->dim() != contents->dim) std::abort();
  return 0;
}
