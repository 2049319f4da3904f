#ifndef IMAGO_EMBED_TORCH_RELATION_SET_H_
#define IMAGO_EMBED_TORCH_RELATION_SET_H_

// From the world maker and the manifests to what a RelationRun needs.

#include "absl/status/statusor.h"
#include "embed/torch/relation_run.h"
#include "embed/torch/train_data.h"
#include "embed/train_clip.h"
#include "embed/world.h"

namespace imago {

struct RelationData {
  RelationSet train;
  RelationPictures test_scenes;  // of held-out combinations; empty rows where none are asked for
  RelationTexts test_captions;
  RelationShape image_shape;
  RelationShape text_shape;
};

// Scenes of drawn shapes, of the pictures of all manifests and of events, a third of each, by the
// finished networks; `tuning` says which these are, for the cache.
absl::StatusOr<RelationData> LoadRelationData(const TrainClipOptions& options,
                                              const TrainData& data, const StarterModel& model,
                                              const std::string& tuning, TrainControl& control);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_RELATION_SET_H_
