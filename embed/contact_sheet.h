#ifndef IMAGO_EMBED_CONTACT_SHEET_H_
#define IMAGO_EMBED_CONTACT_SHEET_H_

// Many small pictures on one sheet, for people who would rather look than read.

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

struct SheetCell {
  std::string picture;  // a picture file's bytes, usually a thumbnail
  std::string label;    // one line below it; cut to the cell's width
};

// A JPEG with the cells in order, `columns` in a row. No cells: kInvalidArgument.
absl::StatusOr<std::string> MakeContactSheet(const std::vector<SheetCell>& cells, int columns = 5);

}  // namespace imago

#endif  // IMAGO_EMBED_CONTACT_SHEET_H_
