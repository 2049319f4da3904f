#ifndef IMAGO_EMBED_PUBLISHED_FOLDER_H_
#define IMAGO_EMBED_PUBLISHED_FOLDER_H_

// What lies beside published weights.

#include <string>

#include "absl/status/statusor.h"
#include "embed/preprocess.h"
#include "embed/published_clip.h"
#include "embed/tokenizer.h"

namespace imago {

// What WeightFiles opens: `path` if it is a file, else the folder's model.safetensors,
// open_clip_model.safetensors, the index of either where it is sharded, its only other
// *.safetensors or, without any, its only *.bin, *.pt or *.pth.
absl::StatusOr<std::string> FindWeights(const std::string& path);

struct TokenizerFile {
  TokenizerKind kind = TokenizerKind::kClipBpe;
  std::string name;  // to be stored under
  std::string bytes;
};
// `given` if not empty, else the folder's merges.txt or bpe_simple_vocab_16e6.txt.gz; of SigLIP
// spiece.model or tokenizer.model.
absl::StatusOr<TokenizerFile> FindTokenizer(const std::string& folder, ClipLayout layout,
                                            const std::string& given);

// What config.json (Hugging Face) or open_clip_config.json and preprocessor_config.json say.
struct PublishedConfig {
  std::string activation_image = "quick_gelu";
  std::string activation_text = "quick_gelu";
  std::string source = "OpenAI's default, no config beside the weights";  // of the activation
  ClipHeads heads;
  PreprocessOptions preprocess;  // all but size
};
// kUnimplemented: a setting that Imago's towers do not have, by name and value. kDataLoss: no JSON.
// kNotFound: SigLIP without config.json.
absl::StatusOr<PublishedConfig> ReadPublishedConfig(const std::string& folder, ClipLayout layout);

}  // namespace imago

#endif  // IMAGO_EMBED_PUBLISHED_FOLDER_H_
