#ifndef IMAGO_EMBED_PUBLISHED_NAMES_H_
#define IMAGO_EMBED_PUBLISHED_NAMES_H_

// How published checkpoints call their tensors, and how our bundles call the same ones; both ways.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imago {

enum class ClipLayout {
  kHuggingFace,  // transformers' CLIPModel
  kOpenAi,       // also open_clip's where its text tower has no prefix
  kOpenClip,     // with the text tower below "text."
  kSiglip,       // transformers' SiglipModel
};
std::string ClipLayoutName(ClipLayout layout);  // "Hugging Face", ...
// "hf" (also of SigLIP), "openai", "openclip".
std::string ClipLayoutWord(ClipLayout layout);

// Where a published tensor goes: the `part`th of `parts` equal ones along axis 0 of the bundle's.
struct BundlePlace {
  std::string name;
  int part = 0;
  int parts = 1;
  bool transposed = false;
  bool is_scalar = false;  // published with the shape [1], ours is []
};
// Nothing for a name that the layout does not have.
std::optional<BundlePlace> PlaceInBundle(std::string_view published, ClipLayout layout);

// The way back: the published tensors, in order, that one of the bundle's becomes.
struct PublishedPlace {
  std::vector<std::string> names;
  bool transposed = false;
  bool is_scalar = false;
};
std::optional<PublishedPlace> PlaceInLayout(std::string_view name, ClipLayout layout);

// Counters and constants that published files carry beside the weights.
bool IsNoWeight(std::string_view published);

}  // namespace imago

#endif  // IMAGO_EMBED_PUBLISHED_NAMES_H_
