#ifndef IMAGO_EMBED_IMPORT_CLIP_H_
#define IMAGO_EMBED_IMPORT_CLIP_H_

// Published CLIP weights in, a model bundle out. Layouts: Hugging Face's CLIPModel and SiglipModel,
// OpenAI's names, and open_clip's (the same, or with the text tower below "text."), in one
// .safetensors file, several with an index, or a file of PyTorch's, whose code is never executed.
// Every shape and size is derived from the tensors; what they do not tell (number of heads,
// activation, mean and deviation of pixels) is read from config.json, open_clip_config.json and
// preprocessor_config.json beside them where these exist (SigLIP's config.json must), and is
// OpenAI's otherwise: heads of 64, quick_gelu. The bundle's card says what was chosen and why, and
// from which layout it came. Values keep their type (F16, BF16, F32).

#include <string>

#include "absl/status/statusor.h"
#include "embed/bundle.h"

namespace imago {

struct ImportClipOptions {
  std::string path;        // a file as WeightFiles opens it, or a folder with one
  std::string models_dir;  // the bundle becomes <models_dir>/<name>@<hash8>
  std::string name;
  // CLIP's merges (merges.txt or bpe_simple_vocab_16e6.txt.gz) or SigLIP's spiece.model; found
  // beside the weights when empty.
  std::string tokenizer_path;
};

// A file of the bundle's folder with what the published files held beside the weights: counters,
// constants, metadata. Only an export reads it.
inline constexpr char kPublishedRest[] = "published.safetensors";

// kNotFound: no weights, no tokenizer. kInvalidArgument: tensors that are missing, surplus or of an
// impossible shape, by name; a vocabulary that is not the tokenizer's. kUnimplemented: another
// model than CLIP. kDataLoss: a broken file. kAlreadyExists: the bundle is there. On any error
// nothing is left in models_dir.
absl::StatusOr<Bundle> ImportClip(const ImportClipOptions& options);

}  // namespace imago

#endif  // IMAGO_EMBED_IMPORT_CLIP_H_
