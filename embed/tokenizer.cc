#include "embed/tokenizer.h"

#include <fmt/format.h>

#include <array>
#include <string>

namespace imago {
namespace {

using Factory = absl::StatusOr<std::unique_ptr<Tokenizer>> (*)(std::string_view);

struct KindFacts {
  TokenizerKind kind;
  std::string_view name;
  Factory make;
};
constexpr std::array<KindFacts, 4> kKinds = {
    {{TokenizerKind::kClipBpe, "clip-bpe", NewClipBpeTokenizer},
     {TokenizerKind::kWordPiece, "wordpiece", NewWordPieceTokenizer},
     {TokenizerKind::kSentencePiece, "sentencepiece", NewSentencePieceTokenizer},
     {TokenizerKind::kSiglip, "siglip", NewSiglipTokenizer}}};

const KindFacts& FactsOf(TokenizerKind kind) {
  for (const KindFacts& facts : kKinds) {
    if (facts.kind == kind) return facts;
  }
  return kKinds.front();
}

}  // namespace

absl::StatusOr<TokenizerKind> ParseTokenizerKind(std::string_view name) {
  for (const KindFacts& facts : kKinds) {
    if (facts.name == name) return facts.kind;
  }
  return absl::InvalidArgumentError(fmt::format("tokenizer kind \"{}\" is unknown", name));
}

std::string_view TokenizerKindName(TokenizerKind kind) { return FactsOf(kind).name; }

absl::StatusOr<std::unique_ptr<Tokenizer>> NewTokenizer(TokenizerKind kind, std::string_view file) {
  return FactsOf(kind).make(file);
}

}  // namespace imago
