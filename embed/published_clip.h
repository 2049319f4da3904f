#ifndef IMAGO_EMBED_PUBLISHED_CLIP_H_
#define IMAGO_EMBED_PUBLISHED_CLIP_H_

// The tensors of a published checkpoint under the names of our bundles, and the shapes that they
// stand for.

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/bundle.h"
#include "embed/published_names.h"
#include "embed/weight_files.h"

namespace imago {

// kOpenClip only where its text tower lies below "text.": otherwise its names are OpenAI's.
// kUnimplemented: names of a relative of CLIP (timm towers); kInvalidArgument: no CLIP.
absl::StatusOr<ClipLayout> DetectClipLayout(const WeightFiles& files);

// A tensor of the bundle made from tensors of the files.
struct RenamedTensor {
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;      // of the result
  std::vector<std::string> parts;  // names in the files; more than one: joined along axis 0
  bool transpose = false;          // of a matrix
};
using RenamedTensors = std::map<std::string, RenamedTensor>;

// kInvalidArgument names a tensor that has no place in CLIP, comes twice, does not fit its kin or
// is not floating point.
absl::StatusOr<RenamedTensors> RenameTensors(const WeightFiles& files, ClipLayout layout);
// The bytes of the tensor, C order.
absl::StatusOr<std::string> JoinBytes(const WeightFiles& files, const RenamedTensor& tensor);
// A matrix turned: [rows, columns] of elements of `size` bytes to [columns, rows].
std::string TransposeBytes(const std::string& bytes, int64_t rows, int64_t columns, size_t size);

// What the tensors do not tell.
struct ClipHeads {
  int64_t image = 0;  // 0: heads of 64
  int64_t text = 0;
  int64_t image_size = 0;  // 0: as many whole patches as there are positions
};
// Fills dim, the towers (but not their activation), max_tokens and preprocess.size from shapes.
// Returns the size of the vocabulary.
absl::StatusOr<int> DeriveShapes(const RenamedTensors& tensors, const ClipHeads& heads,
                                 BundleConfig& config);

// Exactly the tensors of the towers that `config` describes, each of its shape; kInvalidArgument
// names the first that is not so.
absl::Status CheckTensors(const RenamedTensors& tensors, const BundleConfig& config,
                          int vocab_size);

}  // namespace imago

#endif  // IMAGO_EMBED_PUBLISHED_CLIP_H_
