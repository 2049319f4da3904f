#ifndef IMAGO_EMBED_TORCH_WORD_VECTORS_H_
#define IMAGO_EMBED_TORCH_WORD_VECTORS_H_

#include <string>

#include "absl/status/statusor.h"
#include "embed/tagger_config.h"
#include "torch/torch.h"

namespace imago {

inline constexpr int64_t kWordVectorColumns = 64;

// Vectors of the config's words and of "more_words", which are set to the whole words of letters in
// the bundle's vocabulary that are not among them: [words + more + 1, kWordVectorColumns], the
// first row zeros. A word's vector is the mean of its tokens' rows in the text network's table,
// turned into the principal components of the config's words. kInvalidArgument when the bundle has
// no such network.
absl::StatusOr<torch::Tensor> ReadWordVectors(const std::string& bundle_dir, TaggerConfig* config);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_WORD_VECTORS_H_
