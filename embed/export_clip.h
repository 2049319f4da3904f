#ifndef IMAGO_EMBED_EXPORT_CLIP_H_
#define IMAGO_EMBED_EXPORT_CLIP_H_

// The way back of import_clip.h: a bundle's weights under published names, bit for bit. In the
// layout that a bundle was imported from an export gives every tensor that the published files
// had, by name, type, shape and bytes, in one file.

#include <string>

#include "absl/status/statusor.h"

namespace imago {

struct ExportClipOptions {
  std::string bundle_dir;
  std::string layout;  // "hf", "openai", "openclip"; empty: the one that the card names
  // A file to be written (it ends in .safetensors) or a folder to be made, which then also gets the
  // configuration and the tokenizer, so that it can be imported again.
  std::string out;
};

// Returns the path of the weights. kInvalidArgument: no such layout, or none is known;
// kUnimplemented: a bundle with towers that published CLIP does not have, or that the layout does
// not have; kAlreadyExists: the weights are there.
absl::StatusOr<std::string> ExportClip(const ExportClipOptions& options);

}  // namespace imago

#endif  // IMAGO_EMBED_EXPORT_CLIP_H_
