#ifndef IMAGO_QUERY_EVAL_EVENT_SEARCH_H_
#define IMAGO_QUERY_EVAL_EVENT_SEARCH_H_

// How well pictures are found by who does what to whom: event scenes of held-out pairs of fillers
// (embed/stage.h), searched by structure and, beside it, by the same words as plain text.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "query/engine.h"
#include "query/eval_event_swaps.h"
#include "query/event_scenes.h"

namespace imago {

// One kind of query. A picture is right when it shows the type and all fillers asked for.
struct EventSearchMeasure {
  std::string what;                  // "type and all roles"
  std::vector<uint8_t> first;        // of each query 1 where the first hit is right
  std::vector<double> ndcg;          // nDCG@10 (Järvelin and Kekäläinen 2002), gains of 1
  std::vector<uint8_t> plain_first;  // the same by plain text
  std::vector<double> plain_ndcg;
  double chance = 0;  // that a picture drawn at random is right
};

struct EventSearchScores {
  uint64_t pictures = 0;
  std::vector<EventSearchMeasure> measures;
  // Of pairs of pictures that differ in who is who: 1 where the one asked for ranks above the
  // other.
  std::vector<uint8_t> above_swapped;
  std::vector<uint8_t> plain_above_swapped;
  std::vector<EventSwapMeasure> swaps;
};

// Fills an empty collection with `count` scenes, searches for each, and asks each picture which of
// two events it shows. kFailedPrecondition when the model reads no events.
absl::StatusOr<EventSearchScores> EvaluateEventSearch(Engine& engine, const std::string& collection,
                                                      uint64_t count,
                                                      const EventSearchProgress& progress);

}  // namespace imago

#endif  // IMAGO_QUERY_EVAL_EVENT_SEARCH_H_
