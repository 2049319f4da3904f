#ifndef IMAGO_INDEX_SEGMENT_FILE_H_
#define IMAGO_INDEX_SEGMENT_FILE_H_

// A segment as the bytes of a file. Numbers are little-endian:
//
//   "IMGS"  u32 version  u32 dim  u32 kind  u32 items
//   for each item: u32 n, n bytes of id, u64 sequence, u32 rows,
//                  and for each row: u8 part, i32 begin_ms, i32 end_ms
//   u64 n, zeros up to a multiple of 64 bytes, n bytes of VectorIndex::Save
//
// Which rows are live is not there: the store's log says it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "index/snapshot.h"

namespace imago {

struct SegmentFileItem {
  std::string_view id;
  uint64_t sequence = 0;
};

// Views of the bytes that it was decoded from.
struct SegmentContents {
  int dim = 0;
  IndexKind kind = IndexKind::kExact;
  std::vector<SegmentFileItem> items;
  std::vector<SegmentRow> rows;
  std::string_view index;  // for LoadIndex
};

absl::StatusOr<std::string> EncodeSegment(const Segment& segment);
// kDataLoss on anything but such bytes. Does not look into `index`.
absl::StatusOr<SegmentContents> DecodeSegment(std::string_view bytes);

}  // namespace imago

#endif  // IMAGO_INDEX_SEGMENT_FILE_H_
