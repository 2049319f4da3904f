#ifndef IMAGO_EMBED_TORCH_EVENT_RUN_H_
#define IMAGO_EMBED_TORCH_EVENT_RUN_H_

// An EventHead learns from the world maker's event scenes, whose types, fillers and boxes are known
// exactly, over a network that stays as it is. Pictures without events teach it to see none.

#include <memory>
#include <string>

#include "embed/torch/checkpoint.h"
#include "embed/torch/event_head.h"
#include "embed/torch/row_cache.h"
#include "embed/train_events.h"

namespace imago {

// Of the first `paired` scenes, 2k and 2k + 1 are each other's counterpart: of another event by the
// same fillers where k is even, of the same event with the first two fillers exchanged where k is
// odd. The others are any scenes.
struct EventScenes {
  int64_t paired = 0;
  RowFiles maps;          // [n, h, w, channels]
  torch::Tensor types;    // [n] int64
  torch::Tensor fillers;  // [n, kPictureRoles] int64; the last filler is none
  torch::Tensor boxes;    // [n, kPictureRoles, 4] f32
  torch::Tensor seen;     // [n, kPictureRoles] f32: 1 where the role has a box
};

struct EventTrainSet {
  EventScenes scenes;
  RowFiles others;          // maps of pictures without events
  torch::Tensor type_rows;  // [types, text]: unit rows of the types' names
};

struct EventRunOptions {
  int64_t steps = 0;
  int64_t scenes = 64;  // in a step
  int64_t others = 32;  // pictures without events in a step
  double rate = 1e-3;
  double boxes = 2;      // weight of the mean distance of edges
  double alignment = 0;  // weight of the transport of what is named to what is seen (alignment.h)
  uint64_t seed = 0;
  std::string settings;  // of the whole run: a checkpoint of others is refused
};

class EventRun : public CheckpointedRun {
 public:
  // Keeps the set.
  EventRun(std::shared_ptr<EventHead> head, const EventTrainSet* set,
           const EventRunOptions& options);

  // One optimiser step, added to history().
  void Step();

 private:
  torch::Tensor Loss() const;

  std::shared_ptr<EventHead> head_;
  const EventTrainSet* set_;
  EventRunOptions options_;
};

// Of all pictures, in passes.
EventReadings ReadAll(EventHead& head, const RowFiles& maps);
// All but `none` and `others`; `type_rows` as in EventTrainSet.
PictureEventScores ScoreEvents(EventHead& head, const EventScenes& scenes,
                               const torch::Tensor& type_rows);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_EVENT_RUN_H_
