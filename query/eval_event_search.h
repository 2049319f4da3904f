#ifndef IMAGO_QUERY_EVAL_EVENT_SEARCH_H_
#define IMAGO_QUERY_EVAL_EVENT_SEARCH_H_

// How well pictures are found by who does what to whom: event scenes of held-out pairs of fillers
// (embed/stage.h), searched by structure and, beside it, by the same words as plain text.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/stage.h"
#include "query/engine.h"

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
};

// The scenes: of four, the second is the first with its roles exchanged.
std::vector<EventScene> EventSearchScenes(uint64_t count);

// Fills an empty collection with `count` scenes and searches for each. kFailedPrecondition when the
// model reads no events. `progress` is told what is done, pictures and then queries.
absl::StatusOr<EventSearchScores> EvaluateEventSearch(
    Engine& engine, const std::string& collection, uint64_t count,
    const std::function<void(const std::string& what, uint64_t done, uint64_t total)>& progress);

}  // namespace imago

#endif  // IMAGO_QUERY_EVAL_EVENT_SEARCH_H_
