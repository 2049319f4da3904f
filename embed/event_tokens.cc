#include "embed/event_tokens.h"

#include <algorithm>
#include <iterator>

#include "embed/event_words.h"

namespace imago {
namespace {

// A longer sentence is read in pieces, so that the time grows with the text.
constexpr size_t kMaxWords = 200;

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return IsUpper(c) || (c >= 'a' && c <= 'z') || (c & 0x80) != 0; }
bool IsWordByte(char c) { return IsLetter(c) || IsDigit(c) || c == '_'; }

// Typographic signs as the ASCII ones that they stand for.
struct Sign {
  std::string_view bytes;
  std::string_view ascii;
};
constexpr Sign kSigns[] = {{"\u2018", "'"}, {"\u2019", "'"},  {"\u201c", "\""},  {"\u201d", "\""},
                           {"\u2013", "-"}, {"\u2014", "--"}, {"\u2026", "..."}, {"\u00a0", " "}};

const Sign* SignAt(std::string_view text, size_t at) {
  const auto* found = std::find_if(std::begin(kSigns), std::end(kSigns), [&](const Sign& sign) {
    return text.substr(at).starts_with(sign.bytes);
  });
  return found == std::end(kSigns) ? nullptr : found;
}

// Reads one token at a time.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<TextToken> Read() {
    while (at_ < text_.size()) {
      const Sign* sign = SignAt(text_, at_);
      if (sign != nullptr) {
        TakeSign(*sign);
      } else if (IsWordByte(text_[at_])) {
        TakeWord();
      } else if (static_cast<unsigned char>(text_[at_]) <= ' ') {
        ++at_;
      } else {
        Push(std::string(1, text_[at_]), 1, false);
      }
    }
    return std::move(tokens_);
  }

 private:
  void Push(const std::string& text, size_t bytes, bool word) {
    TextToken token;
    token.text = text;
    token.lower = LowerAscii(text);
    token.span = {static_cast<uint32_t>(at_), static_cast<uint32_t>(at_ + bytes)};
    token.word = word;
    token.capital = IsUpper(text[0]);
    tokens_.push_back(std::move(token));
    at_ += bytes;
  }

  void TakeSign(const Sign& sign) {
    if (sign.ascii == " ") {
      at_ += sign.bytes.size();
    } else {
      Push(std::string(sign.ascii), sign.bytes.size(), false);
      TakePossessive();
    }
  }

  // After an apostrophe: "s" belongs to it.
  void TakePossessive() {
    TextToken& last = tokens_.back();
    const bool possessive = last.text == "'" && at_ < text_.size() && text_[at_] == 's' &&
                            (at_ + 1 == text_.size() || !IsWordByte(text_[at_ + 1]));
    if (!possessive) return;
    last.text = last.lower = "'s";
    last.word = true;
    last.span.end = static_cast<uint32_t>(++at_);
  }

  bool WordGoesOn(size_t at) const {
    return at < text_.size() && IsWordByte(text_[at]) && SignAt(text_, at) == nullptr;
  }

  // A sign inside a word, with letters on both sides.
  bool Joins(size_t at) const {
    if (at >= text_.size() || !WordGoesOn(at + 1)) return false;
    const char c = text_[at];
    if (c == '.' || c == ',') return IsDigit(text_[at - 1]) && IsDigit(text_[at + 1]);
    if (c == '\'') return text_[at + 1] != 's' || WordGoesOn(at + 2);
    return c == '-';
  }

  void TakeWord() {
    size_t end = at_;
    while (WordGoesOn(end) || Joins(end)) ++end;
    // "U.S.", "J.K."
    while (end - at_ == 1 || (end > at_ + 1 && text_[end - 1] == '.')) {
      if (!IsUpper(text_[end - 1]) && text_[end - 1] != '.') break;
      const bool point = text_[end - 1] != '.' && end < text_.size() && text_[end] == '.';
      const bool letter = text_[end - 1] == '.' && end + 1 < text_.size() && IsUpper(text_[end]) &&
                          text_[end + 1] == '.';
      if (!point && !letter) break;
      end += point ? 1 : 2;
    }
    std::string word(text_.substr(at_, end - at_));
    if (end < text_.size() && text_[end] == '.' && IsAbbreviation(LowerAscii(word))) {
      word += '.';
      ++end;
    }
    Push(word, end - at_, true);
    if (at_ < text_.size() && text_[at_] == '\'') {
      Push("'", 1, false);
      TakePossessive();
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<TextToken> tokens_;
};

void MarkQuotes(std::vector<TextToken>& tokens) {
  size_t open = tokens.size();
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].text != "\"") continue;
    if (open == tokens.size()) {
      open = i;
      continue;
    }
    for (size_t j = open; j <= i; ++j) tokens[j].quoted = true;
    open = tokens.size();
  }
}

bool IsAgency(const std::string& lower) {
  return lower == "ap" || lower == "reuters" || lower == "afp" || lower == "getty" ||
         lower == "epa" || lower == "photo" || lower == "voa" || lower == "courtesy";
}

// "(AP Photo/Name)": the number of tokens, 0 when there is no credit here.
size_t CreditLength(const std::vector<TextToken>& tokens, size_t at) {
  if (tokens[at].text == "(") {
    size_t close = at + 1;
    bool agency = false;
    while (close < tokens.size() && tokens[close].text != ")" && close < at + 24) {
      agency |= IsAgency(tokens[close++].lower);
    }
    return agency && close < tokens.size() && tokens[close].text == ")" ? close - at + 1 : 0;
  }
  const bool slash = at + 2 < tokens.size() && IsAgency(tokens[at].lower) && tokens[at].capital &&
                     tokens[at + 1].text == "/";
  if (!slash) return 0;
  size_t end = at + 2;
  while (end < tokens.size() && tokens[end].capital) ++end;
  return end - at;
}

// "FILE -", "FILE PHOTO:", "REUTERS -".
size_t PrefixLength(const std::vector<TextToken>& tokens, size_t at) {
  size_t end = at;
  while (end < tokens.size() && end < at + 3 &&
         (tokens[end].text == "FILE" || (tokens[end].capital && IsAgency(tokens[end].lower)))) {
    ++end;
  }
  if (end == at || end >= tokens.size()) return 0;
  const std::string& mark = tokens[end].text;
  return mark == "-" || mark == "--" || mark == ":" ? end - at + 1 : 0;
}

bool EndsSentence(const TextToken& token) {
  return token.text == "." || token.text == "!" || token.text == "?" || token.text == ";";
}

}  // namespace

std::vector<TextSentence> ReadSentences(std::string_view text) {
  std::vector<TextToken> tokens = Reader(text).Read();
  MarkQuotes(tokens);
  std::vector<TextSentence> sentences(1);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const size_t skip = sentences.back().empty() && PrefixLength(tokens, i) > 0
                            ? PrefixLength(tokens, i)
                            : CreditLength(tokens, i);
    if (skip > 0) {
      i += skip - 1;
    } else if (EndsSentence(tokens[i])) {
      if (!sentences.back().empty()) sentences.emplace_back();
    } else {
      if (sentences.back().size() == kMaxWords) sentences.emplace_back();
      sentences.back().push_back(std::move(tokens[i]));
    }
  }
  if (sentences.back().empty()) sentences.pop_back();
  return sentences;
}

}  // namespace imago
