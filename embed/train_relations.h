#ifndef IMAGO_EMBED_TRAIN_RELATIONS_H_
#define IMAGO_EMBED_TRAIN_RELATIONS_H_

// Teaches a finished starter bundle (train_clip.h) to tell scenes of the same things apart: which
// thing has which colour, size or number, and who stands where (world.h).

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"
#include "embed/train_control.h"

namespace imago {

struct TrainRelationsOptions {
  std::string bundle_dir;              // to start from
  std::vector<std::string> manifests;  // of pictures to put into scenes
  std::string out_dir;                 // the new bundle, made or overwritten
  std::string run_dir;                 // checkpoint, loss.tsv, loss.html
  std::string cache_dir;               // maps; "features" in run_dir when empty
  int width = 32;                      // of what a thing is (embed/torch/relations.h)
  int channels = 4;                    // of how it is, beside its place
  double strength = 0.5;               // of what is added
  int steps = 1'500;
  int scenes = 12'000;  // to learn from: half are the others' counterparts
  int photos = 4'000;   // pictures as they are, at most, whose rows are to change least
  int tests = 2'000;    // scenes of held-out combinations
  int checkpoint_every = 250;
  uint64_t seed = 1;
  int threads = 1;
  Precision precision = Precision::kAuto;  // of the frozen picture network
};

// Of scenes of held-out combinations: those whose caption scores above their counterpart's.
struct PairScore {
  std::string name;  // "shapes colour"
  int64_t right = 0;
  int64_t count = 0;
};

struct TrainRelationsReport {
  std::string bundle_dir;
  std::string model;  // the bundle's id
  double first_loss = 0;
  double last_loss = 0;
  std::vector<PairScore> scores;
  double right_share = 0;  // of all kinds together, 0 to 1
};

// Trains to the end, or goes on from the checkpoint in run_dir. kCancelled after `stop`, with a
// checkpoint written; kFailedPrecondition when the checkpoint is of other settings or the bundle is
// no starter bundle; kInvalidArgument for settings and files that cannot be. The same settings on
// one thread give the same weights, interrupted or not.
absl::StatusOr<TrainRelationsReport> TrainRelations(const TrainRelationsOptions& options,
                                                    TrainControl& control);

}  // namespace imago

#endif  // IMAGO_EMBED_TRAIN_RELATIONS_H_
