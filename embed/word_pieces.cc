#include "embed/word_pieces.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr int kMostPieces = 12;  // of each half of a word

}  // namespace

const std::vector<std::string>& SpecialPieces() {
  static const std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  return pieces;
}

absl::StatusOr<PieceReader> PieceReader::Make(const std::vector<std::string>& pieces) {
  const std::vector<std::string>& first = SpecialPieces();
  if (pieces.size() < first.size() || !std::equal(first.begin(), first.end(), pieces.begin())) {
    return absl::InvalidArgumentError("pieces must begin with [PAD], [UNK], [CLS], [SEP], [MASK]");
  }
  std::string lines;
  for (const std::string& piece : pieces) {
    if (piece.find_first_of("\r\n") != std::string::npos) {
      return absl::InvalidArgumentError("a piece must be one line");
    }
    lines += piece + "\n";
  }
  auto tokenizer = NewWordPieceTokenizer(lines);
  if (!tokenizer.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("pieces: {}", std::string(tokenizer.status().message())));
  }
  return PieceReader(*std::move(tokenizer));
}

void PieceReader::Add(const std::string& text, std::vector<int32_t>& ids) const {
  const std::vector<int32_t> all = tokenizer_->Encode(text, kMostPieces + 2);
  ids.insert(ids.end(), all.begin() + 1, all.end() - 1);
}

WordPieces PieceReader::Read(const std::vector<TaggedWord>& words) const {
  WordPieces out;
  for (const TaggedWord& word : words) {
    const std::string& lower = word.token->lower;
    const size_t part = lower.rfind('-') + 1;
    std::vector<int32_t> ids;
    Add(lower.substr(0, part), ids);
    size_t row = ids.size();
    Add(lower.substr(part), ids);
    if (ids.empty()) ids.push_back(kUnknownPiece);
    if (row == ids.size()) row = 0;
    if (out.runs.empty() || out.runs.back().size() + ids.size() >= kRunPieces) {
      out.runs.push_back({kStartPiece});
    }
    std::vector<int32_t>& run = out.runs.back();
    const size_t begin = run.size();
    out.words.push_back({out.runs.size() - 1, begin, begin + ids.size(), begin + row});
    run.insert(run.end(), ids.begin(), ids.end());
  }
  for (std::vector<int32_t>& run : out.runs) run.push_back(kEndPiece);
  return out;
}

}  // namespace imago
