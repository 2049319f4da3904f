#ifndef IMAGO_EMBED_TOKENIZER_H_
#define IMAGO_EMBED_TOKENIZER_H_

// Text in, token ids out. One interface for CLIP's BPE, BERT's WordPiece, sentencepiece models
// and SigLIP's use of them.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  // Ids with the model's start and end tokens, not padded. Longer than max_tokens: cut, and the
  // last id is the end token (max_tokens >= 2). Special tokens spelled out in the text are encoded
  // as ordinary text. Invalid UTF-8 is replaced by U+FFFD. Thread-safe.
  virtual std::vector<int32_t> Encode(std::string_view text, int max_tokens) const = 0;
  virtual int vocab_size() const = 0;
  virtual int pad_id() const = 0;
};

// CLIP's byte-level BPE from the text of bpe_simple_vocab_16e6.txt (gzipped or plain; a plain file
// of the 48,894 merges without the unused rest is also taken). kDataLoss on malformed input.
absl::StatusOr<std::unique_ptr<Tokenizer>> NewClipBpeTokenizer(std::string_view merges_file);
// As above, but "<|startoftext|>" and "<|endoftext|>" in the text become the special ids, as the
// published tokenizer does. For parity tests.
absl::StatusOr<std::unique_ptr<Tokenizer>> NewClipBpeTokenizerWithSpecials(
    std::string_view merges_file);
// BERT uncased WordPiece from vocab.txt (one token a line).
absl::StatusOr<std::unique_ptr<Tokenizer>> NewWordPieceTokenizer(std::string_view vocab_file);
// A sentencepiece model file (its bytes).
absl::StatusOr<std::unique_ptr<Tokenizer>> NewSentencePieceTokenizer(std::string_view model_file);

// The same for SigLIP (github.com/google-research/big_vision): the text in lower case, without
// ASCII punctuation and with single spaces; no start token, padded with the end token.
absl::StatusOr<std::unique_ptr<Tokenizer>> NewSiglipTokenizer(std::string_view model_file);

enum class TokenizerKind { kClipBpe, kWordPiece, kSentencePiece, kSiglip };
// Names as in model.json: "clip-bpe", "wordpiece", "sentencepiece", "siglip".
absl::StatusOr<TokenizerKind> ParseTokenizerKind(std::string_view name);
std::string_view TokenizerKindName(TokenizerKind kind);
absl::StatusOr<std::unique_ptr<Tokenizer>> NewTokenizer(TokenizerKind kind, std::string_view file);

}  // namespace imago

#endif  // IMAGO_EMBED_TOKENIZER_H_
