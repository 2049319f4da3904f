#ifndef IMAGO_QUERY_QUERY_H_
#define IMAGO_QUERY_QUERY_H_

// What a search asks and what it answers.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "embed/image.h"
#include "query/filter.h"
#include "storage/item.h"

namespace imago {

// Exactly one of text, item_id and image is set.
struct Term {
  std::string text{};
  std::string item_id{};         // a stored item of the collection
  std::optional<Image> image{};  // a decoded picture
  double weight = 1.0;           // negative: away from it
};

struct Query {
  std::vector<Term> terms;  // at least one with a positive weight
  Filter filter;
  int limit = 20;      // 1 .. 1000
  std::string cursor;  // of the previous page, empty for the first
  std::optional<double> min_score;
  bool include_metadata = true;  // else the hits' metadata_json is empty
};

struct Hit {
  Item item;
  double score = 0;      // 0 to 1: DisplayScore of raw_score, see search.h
  double raw_score = 0;  // weighted mean of the terms' cosines, see QueryVector
};

struct Timings {
  double embed_ms = 0;
  double search_ms = 0;
  double hydrate_ms = 0;
};

struct Answer {
  std::vector<Hit> hits;    // best first; ties by item id
  std::string next_cursor;  // empty at the end
  std::string model;
  uint64_t snapshot = 0;  // log sequence
  std::string mode;       // "exact", "hnsw", "ivf"
  Timings timings;
};

}  // namespace imago

#endif  // IMAGO_QUERY_QUERY_H_
