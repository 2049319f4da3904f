#ifndef IMAGO_EMBED_TORCH_PUBLISHED_FOLDER_H_
#define IMAGO_EMBED_TORCH_PUBLISHED_FOLDER_H_

// What lies beside published weights.

#include <string>

#include "absl/status/statusor.h"
#include "embed/preprocess.h"
#include "embed/torch/published_clip.h"

namespace imago {

// The weights themselves: `path` if it is a file, else the folder's model.safetensors,
// open_clip_model.safetensors or only *.safetensors.
absl::StatusOr<std::string> FindWeights(const std::string& path);

struct MergesFile {
  std::string name;  // to be stored under
  std::string bytes;
};
// `given` if not empty, else merges.txt or bpe_simple_vocab_16e6.txt.gz of the folder.
absl::StatusOr<MergesFile> FindMerges(const std::string& folder, const std::string& given);

// What config.json (Hugging Face) or open_clip_config.json and preprocessor_config.json say.
struct PublishedConfig {
  std::string activation_image = "quick_gelu";
  std::string activation_text = "quick_gelu";
  std::string source = "OpenAI's default, no config beside the weights";  // of the activation
  ClipHeads heads;
  PreprocessOptions preprocess;  // all but size
};
// kUnimplemented: a setting that Imago's towers do not have, by name and value. kDataLoss: no JSON.
absl::StatusOr<PublishedConfig> ReadPublishedConfig(const std::string& folder, ClipLayout layout);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PUBLISHED_FOLDER_H_
