#ifndef IMAGO_QUERY_CURSOR_H_
#define IMAGO_QUERY_CURSOR_H_

// Where a page of hits ended, as an opaque text. It holds the last hit's place in the order of all
// hits and nothing of a snapshot, so it never goes stale: the next page is what comes after that
// place by then.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "query/query.h"

namespace imago {

struct Cursor {
  float raw_score = 0;  // of the last hit
  std::string item_id;
  uint32_t returned = 0;  // hits on all pages so far: how deep to look, a hint only
};

// base64url. The text is bound to the query: all but limit, cursor and what to include.
std::string EncodeCursor(const Cursor& cursor, const Query& query);
// kInvalidArgument when it is damaged or belongs to another query.
absl::StatusOr<Cursor> DecodeCursor(const std::string& text, const Query& query);

}  // namespace imago

#endif  // IMAGO_QUERY_CURSOR_H_
