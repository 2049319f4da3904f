#ifndef IMAGO_QUERY_EVAL_EVENT_SWAPS_H_
#define IMAGO_QUERY_EVAL_EVENT_SWAPS_H_

// Whether a picture tells what happens from what does not: of a drawn scene the true event or one
// that is wrong in one respect, after CLIP-Event's hard negatives (Li et al. 2022, arXiv
// 2201.05078), with the controls without which such a share says little.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/stage.h"
#include "embed/word_pairs.h"
#include "query/engine.h"
#include "query/event_scenes.h"

namespace imago {

// Of each case 1 where the true one scores higher, a half where both score the same, else 0. A
// scorer that does not know the picture is right in half of the cases.
struct EventSwapMeasure {
  std::string what;            // "another event", by the same fillers; "exchanged roles"
  std::vector<double> events;  // the search's score of the picture, asked for type and two roles
  std::vector<double> plain;   // the cosine of the captions with the picture's row
  std::vector<double> other_picture;  // as `events`, of the picture of another scene
  std::vector<double> text_alone;     // the captions by word_pairs.h, learned from training scenes
};

// Both kinds, of the scenes in a collection filled by FillWithScenes that have such a wrong event,
// another event only of IsAnyScene's.
absl::StatusOr<std::vector<EventSwapMeasure>> EvaluateEventSwaps(
    Engine& engine, const std::string& collection, const std::vector<EventScene>& scenes,
    const EventSearchProgress& progress);

// How likely captions of scenes are by their words alone, learned from scenes of the training.
WordPairs SceneCaptionModel();

}  // namespace imago

#endif  // IMAGO_QUERY_EVAL_EVENT_SWAPS_H_
