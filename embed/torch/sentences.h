#ifndef IMAGO_EMBED_TORCH_SENTENCES_H_
#define IMAGO_EMBED_TORCH_SENTENCES_H_

// Training texts as vectors of the frozen sentence encoder.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/tokenizer.h"
#include "embed/torch/bert.h"
#include "embed/torch/row_cache.h"

namespace imago {

inline constexpr int kSentenceTokens = 64;  // longer texts are cut

struct SentenceEncoder {
  std::shared_ptr<Bert> bert;
  std::unique_ptr<Tokenizer> tokenizer;
};

struct SentenceCache {
  std::string dir;
  std::string name;  // of these texts
};

// Unit rows [texts, width], computed once for these texts and kept. `progress` as in
// photo_features.h.
absl::StatusOr<torch::Tensor> EncodeSentences(const SentenceEncoder& encoder,
                                              const std::vector<std::string>& texts,
                                              const SentenceCache& cache,
                                              const std::function<absl::Status(int64_t)>& progress);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_SENTENCES_H_
