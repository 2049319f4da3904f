#ifndef IMAGO_EMBED_TSV_H_
#define IMAGO_EMBED_TSV_H_

// Tables as text: the first line names the columns, fields are separated by tabs and never quoted,
// lines end in LF or CRLF.

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

using TsvRow = std::map<std::string, std::string>;

// Every row has the columns asked for and as many fields as the header. kInvalidArgument names the
// file and the line.
absl::StatusOr<std::vector<TsvRow>> ReadTsv(const std::string& path,
                                            const std::vector<std::string>& columns);

}  // namespace imago

#endif  // IMAGO_EMBED_TSV_H_
