#ifndef IMAGO_EMBED_TORCH_EVENT_HEAD_H_
#define IMAGO_EMBED_TORCH_EVENT_HEAD_H_

// Who does what to whom, read off a picture's map: a small transformer over its places, with a
// token of its own for the event's type and one for each of three roles. What fills a role is told
// by the words that it is close to, after CLIP-Event's matching of arguments and regions (Li et al.
// 2022, arXiv 2201.05078); where it is, by a box.

#include <memory>
#include <vector>

#include "embed/picture_events.h"
#include "embed/torch/bert.h"

namespace imago {

struct EventHeadShape {
  int64_t in = 0;  // channels of a map
  int64_t width = 128;
  int64_t layers = 2;
  int64_t places = 64;       // that have a vector of their own: a square grid
  int64_t types = 0;         // the vocabulary's, and "no event" after them
  int64_t fillers = 0;       // the vocabulary's, and "nothing" after them
  int64_t text = 384;        // width of the fillers' rows
  double filler_scale = 20;  // of cosines
};

// Of n pictures; logarithms of probabilities.
struct EventReadings {
  torch::Tensor types;    // [n, types]
  torch::Tensor fillers;  // [n, kPictureRoles, fillers]
  torch::Tensor boxes;    // [n, kPictureRoles, 4]: left, top, right, bottom, 0 to 1
  // [n, 1 + kPictureRoles, text]: unit rows of the whole picture, and of what is seen in each box,
  // to be compared with rows of texts (alignment.h).
  torch::Tensor regions;
};

// Parameters "tokens" [1 + kPictureRoles, width], "places" [places, width], "in.*", "layers.i.*",
// "type.*", "filler.*", "box.*"; buffer "fillers" [fillers, text], unit rows.
class EventHead : public torch::nn::Module {
 public:
  explicit EventHead(const EventHeadShape& shape, TowerInit init = TowerInit::kPublished);

  // A map [n, in, h, w] of any size, whose grid of places is interpolated. To f32.
  EventReadings Forward(const torch::Tensor& map);

  const EventHeadShape& shape() const { return shape_; }

  torch::Tensor fillers;

 private:
  void Initialise();
  // Unit rows in the space of the fillers' rows.
  torch::Tensor Words(const torch::Tensor& x) const;

  EventHeadShape shape_;
  torch::Tensor tokens_;
  torch::Tensor places_;
  std::shared_ptr<Linear> in_;
  std::vector<std::shared_ptr<BertLayer>> layers_;
  std::shared_ptr<Linear> type_;
  std::shared_ptr<Linear> filler_;
  std::shared_ptr<Linear> box_;
};

// What a model that reads events knows: numbers and words for EventHead and EventsOf.
absl::StatusOr<std::shared_ptr<EventHead>> MakeEventHead(const PictureEventConfig& config,
                                                         int64_t in, int64_t text, TowerInit init);
// Picture i of the readings.
PictureReading ReadingOf(const EventReadings& readings, int64_t i);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_EVENT_HEAD_H_
