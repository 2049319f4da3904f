// BERT's uncased WordPiece (Devlin et al. 2018; google-research/bert and huggingface/tokenizers).

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>

#include "embed/tokenizer.h"

namespace imago {
namespace {

constexpr size_t kMaxTextBytes = 1 << 20;
constexpr int kMaxWordChars = 100;  // longer words are unknown

struct ViewHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
using Vocabulary = std::unordered_map<std::string, int32_t, ViewHash, std::equal_to<>>;

// The blocks that BERT spaces out: CJK ideographs, not kana nor hangul.
bool IsIdeograph(UChar32 c) {
  constexpr std::array<std::pair<UChar32, UChar32>, 8> kBlocks = {{{0x3400, 0x4DBF},
                                                                   {0x4E00, 0x9FFF},
                                                                   {0xF900, 0xFAFF},
                                                                   {0x20000, 0x2A6DF},
                                                                   {0x2A700, 0x2B73F},
                                                                   {0x2B740, 0x2B81F},
                                                                   {0x2B820, 0x2CEAF},
                                                                   {0x2F800, 0x2FA1F}}};
  return std::any_of(kBlocks.begin(), kBlocks.end(),
                     [c](const auto& block) { return c >= block.first && c <= block.second; });
}

bool IsBlank(UChar32 c) { return u_isUWhiteSpace(c) && u_charType(c) != U_CONTROL_CHAR; }

bool IsDropped(UChar32 c) {
  constexpr uint32_t kOther = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK | U_GC_CS_MASK;
  return c == 0xFFFD || (U_GET_GC_MASK(c) & kOther) != 0 || u_charType(c) == U_NON_SPACING_MARK;
}

// All of ASCII that is neither letter, digit nor blank counts, "$" and "^" too.
bool IsPunctuation(UChar32 c) { return u_ispunct(c) || (c > 0x20 && c < 0x7F && !u_isalnum(c)); }

// One character of a word in UTF-8.
std::string ToUtf8(UChar32 c) {
  std::string bytes;
  return icu::UnicodeString(c).toUTF8String(bytes);
}

class WordPieceTokenizer : public Tokenizer {
 public:
  struct Specials {
    int32_t unknown = 0;
    int32_t start = 0;
    int32_t end = 0;
    int32_t pad = 0;
  };
  WordPieceTokenizer(Vocabulary vocabulary, const Specials& specials)
      : vocabulary_(std::move(vocabulary)), specials_(specials) {}

  std::vector<int32_t> Encode(std::string_view text, int max_tokens) const override {
    const size_t room = std::max(max_tokens, 2);
    std::vector<int32_t> ids = {specials_.start};
    Word word;
    const icu::UnicodeString decomposed = Decompose(text.substr(0, kMaxTextBytes));
    for (int32_t i = 0; i < decomposed.length() && ids.size() < room;
         i = decomposed.moveIndex32(i, 1)) {
      Take(decomposed.char32At(i), word, ids);
    }
    Flush(word, ids);
    ids.resize(std::min(ids.size(), room - 1));
    ids.push_back(specials_.end);
    return ids;
  }

  int vocab_size() const override { return static_cast<int>(vocabulary_.size()); }
  int pad_id() const override { return specials_.pad; }

 private:
  // The word being gathered: its bytes and where its characters start.
  struct Word {
    std::string bytes;
    std::vector<size_t> starts;
  };

  // Accents are marks of their own here, so that they can be dropped.
  static icu::UnicodeString Decompose(std::string_view text) {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(error);
    const icu::UnicodeString decoded = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    const icu::UnicodeString decomposed = nfd->normalize(decoded, error);
    return U_SUCCESS(error) ? decomposed : decoded;
  }

  void Take(UChar32 c, Word& word, std::vector<int32_t>& ids) const {
    if (c == '\t' || c == '\n' || c == '\r' || IsBlank(c)) return Flush(word, ids);
    if (IsDropped(c)) return;
    const bool alone = IsPunctuation(c) || IsIdeograph(c);
    if (alone) Flush(word, ids);
    word.starts.push_back(word.bytes.size());
    word.bytes += ToUtf8(u_tolower(c));
    if (alone) Flush(word, ids);
  }

  // Splits the word into the longest pieces from the left; one piece that is unknown makes the
  // whole word unknown.
  void Flush(Word& word, std::vector<int32_t>& ids) const {
    if (word.bytes.empty()) return;
    const size_t before = ids.size();
    if (word.starts.size() > kMaxWordChars || !Split(word, ids)) {
      ids.resize(before);
      ids.push_back(specials_.unknown);
    }
    word = Word();
  }

  bool Split(const Word& word, std::vector<int32_t>& ids) const {
    size_t begin = 0;  // of the rest, in characters
    while (begin < word.starts.size()) {
      size_t end = word.starts.size();
      auto found = vocabulary_.end();
      while (end > begin &&
             (found = vocabulary_.find(Piece(word, begin, end))) == vocabulary_.end()) {
        --end;
      }
      if (found == vocabulary_.end()) return false;
      ids.push_back(found->second);
      begin = end;
    }
    return true;
  }

  static std::string Piece(const Word& word, size_t begin, size_t end) {
    const size_t last = end < word.starts.size() ? word.starts[end] : word.bytes.size();
    const std::string piece = word.bytes.substr(word.starts[begin], last - word.starts[begin]);
    return begin == 0 ? piece : "##" + piece;
  }

  const Vocabulary vocabulary_;
  const Specials specials_;
};

absl::Status Broken(const std::string& what) { return absl::DataLossError("vocab.txt: " + what); }

absl::StatusOr<Vocabulary> ReadVocabulary(std::string_view file) {
  Vocabulary vocabulary;
  while (!file.empty()) {
    const size_t end = std::min(file.find('\n'), file.size());
    std::string_view token = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    if (token.ends_with('\r')) token.remove_suffix(1);
    const auto id = static_cast<int32_t>(vocabulary.size());
    if (token.empty()) return Broken(fmt::format("line {} is empty", id + 1));
    if (!vocabulary.emplace(token, id).second) {
      return Broken(fmt::format("line {} repeats \"{}\"", id + 1, token));
    }
  }
  return vocabulary;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> NewWordPieceTokenizer(std::string_view vocab_file) {
  absl::StatusOr<Vocabulary> vocabulary = ReadVocabulary(vocab_file);
  if (!vocabulary.ok()) return vocabulary.status();
  WordPieceTokenizer::Specials specials;
  const std::pair<const char*, int32_t*> wanted[] = {{"[UNK]", &specials.unknown},
                                                     {"[CLS]", &specials.start},
                                                     {"[SEP]", &specials.end},
                                                     {"[PAD]", &specials.pad}};
  for (const auto& [token, id] : wanted) {
    const auto found = vocabulary->find(std::string_view(token));
    if (found == vocabulary->end()) return Broken(fmt::format("no token {}", token));
    *id = found->second;
  }
  return std::make_unique<WordPieceTokenizer>(*std::move(vocabulary), specials);
}

}  // namespace imago
