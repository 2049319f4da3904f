// CLIP's byte-level BPE tokenizer (Radford et al. 2021; github.com/openai/CLIP).

#include <algorithm>
#include <utility>

#include "embed/clip_merges.h"
#include "embed/clip_text.h"
#include "embed/tokenizer.h"

namespace imago {
namespace {

constexpr size_t kMaxTextBytes = 1 << 20;

class ClipBpeTokenizer : public Tokenizer {
 public:
  ClipBpeTokenizer(ClipMerges merges, bool specials)
      : merges_(std::move(merges)), specials_(specials) {}

  std::vector<int32_t> Encode(std::string_view text, int max_tokens) const override {
    const size_t room = std::max(max_tokens, 2);
    std::vector<int32_t> ids = {ClipMerges::kStart};
    const std::string clean = CleanClipText(text.substr(0, kMaxTextBytes));
    for (const std::string_view word : SplitClipText(clean, specials_)) {
      if (ids.size() >= room) break;
      AppendWord(word, ids);
    }
    ids.resize(std::min(ids.size(), room - 1));
    ids.push_back(ClipMerges::kEnd);
    return ids;
  }

  int vocab_size() const override { return ClipMerges::kVocabSize; }
  // Whatever follows the first end token has no effect, so the published padding does.
  int pad_id() const override { return 0; }

 private:
  void AppendWord(std::string_view word, std::vector<int32_t>& ids) const {
    if (specials_ && word == "<|startoftext|>") return ids.push_back(ClipMerges::kStart);
    if (specials_ && word == "<|endoftext|>") return ids.push_back(ClipMerges::kEnd);
    const std::vector<int32_t> pieces = merges_.Split(word);
    ids.insert(ids.end(), pieces.begin(), pieces.end());
  }

  const ClipMerges merges_;
  const bool specials_;
};

absl::StatusOr<std::unique_ptr<Tokenizer>> Make(std::string_view merges_file, bool specials) {
  absl::StatusOr<ClipMerges> merges = ClipMerges::Parse(merges_file);
  if (!merges.ok()) return merges.status();
  return std::make_unique<ClipBpeTokenizer>(*std::move(merges), specials);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> NewClipBpeTokenizer(std::string_view merges_file) {
  return Make(merges_file, false);
}

absl::StatusOr<std::unique_ptr<Tokenizer>> NewClipBpeTokenizerWithSpecials(
    std::string_view merges_file) {
  return Make(merges_file, true);
}

}  // namespace imago
