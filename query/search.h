#ifndef IMAGO_QUERY_SEARCH_H_
#define IMAGO_QUERY_SEARCH_H_

// The read path: one snapshot, one vector, one scan.

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "index/collection.h"
#include "index/snapshot.h"
#include "query/cursor.h"
#include "query/planner.h"
#include "query/query.h"
#include "query/search_limits.h"
#include "query/shared_sweeps.h"
#include "query/term_encoder.h"

namespace imago {

// What a search has to do with the others that run beside it.
struct SearchContext {
  SharedSweeps* sweeps = nullptr;  // null: it sweeps alone
  Planner* planner = nullptr;      // null: approximate indexes are used as they are
  SearchLimits limits = {};
};

struct RankRequest {
  const QueryVector& vector;
  const Filter& filter;
  size_t limit = 0;
  std::optional<Cursor> after;
  SearchContext context = {};
};

struct RankedItem {
  const ItemRecord* record = nullptr;  // the snapshot's
  float raw_score = 0;                 // of the item's best row
};

struct Ranking {
  std::vector<RankedItem> items;
  bool more = false;  // further items may follow
  SearchPlan plan = {};
};

// kInvalidArgument "limit: ..." or "min_score: ...".
absl::Status CheckQuery(const Query& query);
// Where the page before ended; nothing for the first page.
absl::StatusOr<std::optional<Cursor>> CursorOf(const Query& query);

// The cursor of the page after this full one, whose last hit this is.
void SetNextCursor(const Query& query, const std::optional<Cursor>& after, float raw_score,
                   const std::string& item_id, Answer& answer);
// From which snapshot the answer is.
void SetSource(const Snapshot& snapshot, Answer& answer);

// The first `limit` items after `after` in the order of raw score, equal ones by id, among those
// that the filter lets pass; without the vector's own item terms. Filter and deletions are applied
// inside the scan: where `limit` items match, `limit` come. Exact on exact indexes. Over its
// limits: SearchLimits::Check's error.
absl::StatusOr<Ranking> Rank(const Snapshot& snapshot, const RankRequest& request);

// How many live items the filter lets pass.
uint64_t CountMatches(const Snapshot& snapshot, const Filter& filter);

// For display only: 1 / (1 + exp(-slope * (raw_score - middle))) with fixed constants for text
// against pictures (0.22, 25) and for pictures against pictures (0.65, 12), mixed by
// `picture_share`. Within one query it keeps the order; it is no probability, and across models and
// queries it does not compare.
double DisplayScore(double raw_score, double picture_share);

// For queries without events (event_search.h).
absl::StatusOr<Answer> Search(const Collection& collection, TermEncoder& encoder,
                              const Query& query, const SearchContext& context = {});

}  // namespace imago

#endif  // IMAGO_QUERY_SEARCH_H_
