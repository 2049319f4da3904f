#ifndef IMAGO_EMBED_TORCH_GROWN_BUNDLE_H_
#define IMAGO_EMBED_TORCH_GROWN_BUNDLE_H_

// A finished starter bundle that learns something more, and the bundle that comes of it.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "embed/bundle.h"
#include "embed/encoder.h"
#include "embed/torch/centred_bert.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/posterior_tower.h"
#include "embed/torch/sentences.h"

namespace imago {

struct OpenStarter {
  Bundle bundle;
  std::shared_ptr<ClipModel> model;       // f32, or as `bfloat16` says; in evaluation mode
  std::shared_ptr<PosteriorTower> image;  // of the model
  std::shared_ptr<CentredBert> text;      // of the model
  std::unique_ptr<Tokenizer> tokenizer;
};
// kFailedPrecondition for a bundle with other towers.
absl::StatusOr<OpenStarter> OpenStarterBundle(const std::string& dir, bool bfloat16);

// The bundle's model as `config` has it; what begins with `prefix` ("events.") has learned nothing
// yet.
absl::StatusOr<std::shared_ptr<ClipModel>> GrownModel(const OpenStarter& starter,
                                                      const BundleConfig& config,
                                                      const std::string& prefix);

// Unit rows of texts in the part of the space that pictures share, [texts, width].
torch::Tensor TextRows(const OpenStarter& starter, const std::vector<std::string>& texts);

// Writes `model` under `config` into a folder, made or overwritten: weights.safetensors and what
// else the starter bundle had is copied, and the card gets a section of its own.
struct GrownPart {
  std::string title;    // "Events"
  std::string text;     // of CARD.md
  std::string key;      // of the card in model.json
  std::string details;  // its value, JSON
};
absl::StatusOr<Bundle> WriteGrownBundle(const OpenStarter& starter, BundleConfig config,
                                        const ClipModel& model, const GrownPart& part,
                                        const std::string& out_dir);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_GROWN_BUNDLE_H_
