#ifndef IMAGO_EMBED_TORCH_EVENT_SET_H_
#define IMAGO_EMBED_TORCH_EVENT_SET_H_

// From the world maker and the manifests to what an EventRun needs.

#include <optional>

#include "absl/status/statusor.h"
#include "embed/picture_events.h"
#include "embed/torch/event_run.h"
#include "embed/torch/grown_bundle.h"
#include "embed/train_events.h"
#include "embed/world.h"

namespace imago {

// Types, roles and fillers of all event scenes.
PictureEventVocabulary StagedVocabulary();

struct EventData {
  EventTrainSet train;
  EventScenes test_scenes;                      // of held-out pairs of fillers
  std::optional<EventScenes> test_over_photos;  // the same before photos
  RowFiles test_others;                         // pictures of split "test" without events
};

// Maps by `network`, whose weights may be rounded; `others` from the manifests' rows for use
// "train", evenly. With photos, half of the scenes are before one of them, half are as coarse as
// small pictures that were enlarged, and to the others come half as many photos and half as many
// collages. kInvalidArgument where a manifest has no such rows.
absl::StatusOr<EventData> LoadEventData(const TrainEventsOptions& options,
                                        const OpenStarter& network, TrainControl& control);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_EVENT_SET_H_
