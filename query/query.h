#ifndef IMAGO_QUERY_QUERY_H_
#define IMAGO_QUERY_QUERY_H_

// What a search asks and what it answers.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "embed/image.h"
#include "query/event_pattern.h"
#include "query/filter.h"
#include "storage/item.h"

namespace imago {

// Exactly one of text, item_id, image and event is set.
struct Term {
  std::string text{};
  std::string item_id{};         // a stored item of the collection
  std::optional<Image> image{};  // a decoded picture
  std::optional<EventPattern> event{};
  double weight = 1.0;  // negative: away from it
};

struct Query {
  std::vector<Term> terms;  // at least one with a positive weight
  Filter filter;
  int limit = 20;      // 1 .. 1000
  std::string cursor;  // of the previous page, empty for the first
  std::optional<double> min_score;
  bool include_metadata = true;  // else the hits' metadata_json is empty
  bool read_events = false;      // texts that tell of an event are searched for as events
  std::vector<MediaKind> kinds;  // of items that may be hits; empty: all
  int timeout_ms = 0;            // to give up after; 0: none but what the caller sets
};

// How an event that was asked for was found in an item.
struct EventMatch {
  struct Role {
    std::string name;  // as asked for
    double score = 0;
    std::optional<Region> region;  // where who fills it is seen
  };
  size_t term = 0;  // number of the term, of Answer::read_as where that has it
  double score = 0;
  Event event;
  std::vector<Role> roles;
};

// A text term that was read as events.
struct ReadAs {
  size_t term = 0;
  std::vector<EventPattern> events;
};

struct Hit {
  Item item;
  double score = 0;      // 0 to 1: DisplayScore of raw_score, see search.h
  double raw_score = 0;  // weighted mean of the terms' cosines, see QueryVector; with events among
                         // the terms their weighted mean score, see event_search.h
  std::vector<EventMatch> matches;  // one for each event asked for
};

struct Timings {
  double embed_ms = 0;
  double search_ms = 0;
  double hydrate_ms = 0;
};

// How the rows were searched.
struct SearchPlan {
  std::string mode = "exact";  // or "hnsw", "ivf"; of the segment with the most rows to look at
  std::string why;
  // The share of the 10 nearest rows that is found: 1 where all are compared; measured on rows of
  // the collection (planner.h), none until then.
  std::optional<double> recall_estimate = 1.0;
};

struct Answer {
  std::vector<Hit> hits;    // best first; ties by item id
  std::string next_cursor;  // empty at the end
  std::string model;
  uint64_t snapshot = 0;  // log sequence
  // The kind of index that is configured: "exact", also where a GPU scans, "hnsw", "ivf".
  std::string mode;
  SearchPlan plan;
  Timings timings;
  std::vector<ReadAs> read_as;
};

}  // namespace imago

#endif  // IMAGO_QUERY_QUERY_H_
