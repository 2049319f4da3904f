#ifndef IMAGO_EMBED_TORCH_STARTER_BUNDLE_H_
#define IMAGO_EMBED_TORCH_STARTER_BUNDLE_H_

// From a trained StarterModel and the frozen networks to a bundle that opens as any other.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/bundle.h"
#include "embed/torch/efficientnet_lite.h"
#include "embed/torch/starter_model.h"
#include "embed/train_clip.h"

namespace imago {

struct StarterParts {
  const EfficientNetLite& trunk;  // folded
  const Bert& bert;
  const StarterModel& model;
  std::string vocab;  // WordPiece's file
};

struct StarterCard {
  std::vector<std::string> sources;  // of the photos
  TrainReport report;
};

BundleConfig StarterConfig(const TrainClipOptions& options);

// Writes model.json, weights.safetensors (f16), vocab.txt, CARD.md and NOTICE into options.out_dir,
// each atomically, model.json last. Tokens that stand for nothing ("[unused7]") are left out.
// kOutOfRange when the files exceed 60,000,000 bytes together.
absl::StatusOr<Bundle> WriteStarterBundle(const StarterParts& parts,
                                          const TrainClipOptions& options, const StarterCard& card);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_STARTER_BUNDLE_H_
