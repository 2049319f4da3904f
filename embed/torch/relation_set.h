#ifndef IMAGO_EMBED_TORCH_RELATION_SET_H_
#define IMAGO_EMBED_TORCH_RELATION_SET_H_

// From the world maker and the manifests to what a RelationRun needs.

#include "absl/status/statusor.h"
#include "embed/torch/grown_bundle.h"
#include "embed/torch/relation_run.h"
#include "embed/train_relations.h"

namespace imago {

struct RelationData {
  RelationScenes train;
  RelationScenes tests;  // of held-out combinations
  torch::Tensor photos;  // [n, width]: rows of pictures as they are, unit length
};

// Scenes of drawn shapes and of the pictures of all manifests, half of each. `network` looks at
// them, its weights may be rounded. kInvalidArgument where the manifests have too few pictures.
absl::StatusOr<RelationData> LoadRelationData(const TrainRelationsOptions& options,
                                              const OpenStarter& network, TrainControl& control);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_RELATION_SET_H_
