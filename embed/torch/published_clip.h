#ifndef IMAGO_EMBED_TORCH_PUBLISHED_CLIP_H_
#define IMAGO_EMBED_TORCH_PUBLISHED_CLIP_H_

// The tensors of a published CLIP file under the names of our bundles.

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/bundle.h"
#include "embed/safetensors.h"

namespace imago {

enum class ClipLayout { kHuggingFace, kOpenAi, kOpenClip };
std::string ClipLayoutName(ClipLayout layout);  // "Hugging Face", ...

// kOpenClip only where its text tower lies below "text.": otherwise its names are OpenAI's.
// kUnimplemented: names of a relative of CLIP (SigLIP, timm towers); kInvalidArgument: no CLIP.
absl::StatusOr<ClipLayout> DetectClipLayout(const SafetensorsFile& file);

// A tensor of the bundle made from tensors of the file.
struct RenamedTensor {
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;      // of the result
  std::vector<std::string> parts;  // names in the file; more than one: joined along axis 0
  bool transpose = false;          // of a matrix
};
using RenamedTensors = std::map<std::string, RenamedTensor>;

// kInvalidArgument names a tensor that has no place in CLIP, comes twice or does not fit its kin.
absl::StatusOr<RenamedTensors> RenameTensors(const SafetensorsFile& file, ClipLayout layout);
// The bytes of the tensor, C order.
std::string JoinBytes(const SafetensorsFile& file, const RenamedTensor& tensor);

// What the tensors do not tell.
struct ClipHeads {
  int64_t image = 0;  // 0: heads of 64
  int64_t text = 0;
};
// Fills dim, the towers (but not their activation), max_tokens and preprocess.size from shapes.
// Returns the size of the vocabulary.
absl::StatusOr<int> DeriveShapes(const RenamedTensors& tensors, const ClipHeads& heads,
                                 BundleConfig& config);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PUBLISHED_CLIP_H_
