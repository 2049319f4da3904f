#ifndef IMAGO_EMBED_WORD_PIECES_H_
#define IMAGO_EMBED_WORD_PIECES_H_

// A sentence's words as WordPieces (tokenizer.h), for a network that reads them in their context.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/event_tagger.h"
#include "embed/tokenizer.h"

namespace imago {

// The first pieces of every list: "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]".
enum SpecialPiece : int32_t { kPadPiece, kUnknownPiece, kStartPiece, kEndPiece, kMaskPiece };
const std::vector<std::string>& SpecialPieces();

inline constexpr size_t kRunPieces = 64;  // that are read together

struct WordPieces {
  // A word's pieces are [begin, end) of a run. The row of one stands for the word: of the first, in
  // a hyphened word of the first after the last hyphen.
  struct Place {
    size_t run = 0;
    size_t begin = 0;
    size_t end = 0;
    size_t row = 0;
  };
  std::vector<std::vector<int32_t>> runs;  // kStartPiece, pieces, kEndPiece: at most kRunPieces
  std::vector<Place> words;
};

class PieceReader {
 public:
  // kInvalidArgument when `pieces` do not begin with SpecialPieces(), or one is twice or is no
  // line.
  static absl::StatusOr<PieceReader> Make(const std::vector<std::string>& pieces);

  // A long word is cut; a long sentence is read in several runs.
  WordPieces Read(const std::vector<TaggedWord>& words) const;

 private:
  explicit PieceReader(std::unique_ptr<Tokenizer> tokenizer) : tokenizer_(std::move(tokenizer)) {}
  void Add(const std::string& text, std::vector<int32_t>& ids) const;

  std::unique_ptr<Tokenizer> tokenizer_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_WORD_PIECES_H_
