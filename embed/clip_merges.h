#ifndef IMAGO_EMBED_CLIP_MERGES_H_
#define IMAGO_EMBED_CLIP_MERGES_H_

// CLIP's vocabulary: 256 bytes, the same at the end of a word, 48,894 merges, the start and the end
// token.

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

class ClipMerges {
 public:
  static constexpr int32_t kMerges = 48894;
  static constexpr int32_t kStart = 512 + kMerges;
  static constexpr int32_t kEnd = kStart + 1;
  static constexpr int32_t kVocabSize = kEnd + 1;

  // As NewClipBpeTokenizer of tokenizer.h.
  static absl::StatusOr<ClipMerges> Parse(std::string_view file);

  // The tokens of one word: the pair with the lowest rank is merged first, of equal pairs the left.
  std::vector<int32_t> Split(std::string_view word) const;

 private:
  ClipMerges();

  std::vector<int32_t> byte_ids_;                     // [256]
  std::unordered_map<uint64_t, int32_t> merged_ids_;  // two ids, high and low half
};

}  // namespace imago

#endif  // IMAGO_EMBED_CLIP_MERGES_H_
