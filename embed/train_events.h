#ifndef IMAGO_EMBED_TRAIN_EVENTS_H_
#define IMAGO_EMBED_TRAIN_EVENTS_H_

// Teaches a finished starter bundle (train_clip.h) to read events off pictures, from the world
// maker's event scenes (stage.h). Its rows stay as they are.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"
#include "embed/train_control.h"

namespace imago {

struct TrainEventsOptions {
  std::string bundle_dir;              // to start from
  std::vector<std::string> manifests;  // pictures without events (train_manifest.h), beside them
  std::string photos;  // a manifest of photos to put behind scenes, and into collages; may be empty
  std::string out_dir;    // the new bundle, made or overwritten
  std::string run_dir;    // checkpoint, loss.tsv, loss.html
  std::string cache_dir;  // maps; "features" in run_dir when empty
  int width = 128;        // of the part that is learned, a multiple of 32
  int layers = 2;
  int steps = 3'000;
  int scenes = 16'000;  // to learn from
  int others = 4'000;   // pictures without events, at most
  int tests = 2'000;    // scenes of held-out pairs of fillers
  int checkpoint_every = 250;
  double alignment = 0;  // weight of the transport of what is named to what is seen; 0: without
  uint64_t seed = 1;
  int threads = 1;
  Precision precision = Precision::kAuto;  // of the frozen picture network
};

// Of scenes of held-out pairs of fillers; shares, 0 to 1.
struct PictureEventScores {
  double type = 0;    // the most probable type is the true one
  double filler = 0;  // of roles that are filled, the most probable filler is the true one
  double box = 0;     // of roles with a box: overlap over union with it at least a half
  double centre = 0;  // of the same: that, or the middle of what was read lies in the box
  // Of the same, where the fillers are given: the region that the transport (transport.h) of the
  // event and its fillers to the whole picture and the three boxes, by what is seen in them,
  // assigns to the role is right in that sense; and without transport, the one that is most like
  // the filler.
  double aligned = 0;
  double nearest = 0;
  double event_swap = 0;  // the true type is more probable than that of the counterpart
  double role_swap = 0;   // so are the true fillers than the same two exchanged
  double none = 0;        // of pictures without events, those in which none is seen
  int64_t scenes = 0;
  int64_t boxes = 0;  // of roles
  int64_t event_swaps = 0;
  int64_t role_swaps = 0;
  int64_t others = 0;
};

struct TrainEventsReport {
  std::string bundle_dir;
  std::string model;  // the bundle's id
  double first_loss = 0;
  double last_loss = 0;
  PictureEventScores scores;
  // Of the same scenes before photos of the split "test"; nothing without photos.
  std::optional<PictureEventScores> over_photos;
};

// Trains to the end, or goes on from the checkpoint in run_dir. kCancelled after `stop`, with a
// checkpoint written; kFailedPrecondition when the checkpoint is of other settings or the bundle is
// no starter bundle; kInvalidArgument for settings and files that cannot be. The same settings on
// one thread give the same weights, interrupted or not.
absl::StatusOr<TrainEventsReport> TrainEvents(const TrainEventsOptions& options,
                                              TrainControl& control);

}  // namespace imago

#endif  // IMAGO_EMBED_TRAIN_EVENTS_H_
