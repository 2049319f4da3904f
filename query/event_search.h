#ifndef IMAGO_QUERY_EVENT_SEARCH_H_
#define IMAGO_QUERY_EVENT_SEARCH_H_

// The read path where events are among the terms: who did what to whom.

#include "absl/status/statusor.h"
#include "embed/event_extractor.h"
#include "index/collection.h"
#include "query/event_tables.h"
#include "query/query.h"
#include "query/term_encoder.h"

namespace imago {

// What a search for events works with; all outlive it.
struct EventSearcher {
  const EventExtractor& extractor;
  EventTables& tables;
  TermEncoder& encoder;
};

bool HasEvents(const Query& query);

// Replaces each text term that tells of events by the first four, which share its weight; others
// stay as they are. What was read goes into `read_as`, and into `origin` for each of the new terms
// the number of the old one.
absl::Status ReadTextAsEvents(const EventExtractor& extractor, Query& query,
                              std::vector<ReadAs>& read_as, std::vector<size_t>& origin);

// For queries with events among their terms. Candidates are the live items with events that the
// filter lets pass. Each term gives an item a score from 0 to 1: an event that of the best of the
// item's events (event_scorer.h), text and pictures the DisplayScore of the cosine with the item's
// picture, 0 where it has none. An item's score is the mean of them by weight, sum(w * s) /
// sum(|w|); those to which no term of positive weight gives anything are no hits: not even an event
// of the type asked for when nobody in it fits, as in one with all roles exchanged. Exact where the
// index is.
absl::StatusOr<Answer> SearchEvents(Collection& collection, const EventSearcher& searcher,
                                    const Query& query);

}  // namespace imago

#endif  // IMAGO_QUERY_EVENT_SEARCH_H_
