#include "embed/clip_text.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

#include "embed/html_entities.h"

namespace imago {
namespace {

constexpr UChar32 kEscape = 0x1B;

icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

std::string ToUtf8(const icu::UnicodeString& text) {
  std::string bytes;
  return text.toUTF8String(bytes);
}

icu::UnicodeString Normalize(const icu::Normalizer2* (*form)(UErrorCode&),
                             const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString normal = form(error)->normalize(text, error);
  return U_SUCCESS(error) ? normal : text;
}

bool IsDropped(UChar32 c) {
  return c < 0x09 || c == 0x0B || (c >= 0x0E && c < 0x20) || c == 0x7F ||
         (c >= 0x206A && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC);
}

bool IsTakenApart(UChar32 c) {
  const bool ligature = c == 0x132 || c == 0x133 || c == 0x149 || (c >= 0x1C4 && c <= 0x1CC) ||
                        (c >= 0x1F1 && c <= 0x1F3) || (c >= 0xFB00 && c <= 0xFB06);
  return ligature || c == 0x3000 || (c >= 0xFF01 && c <= 0xFFEF);
}

UChar32 Straighten(UChar32 c) {
  if (c == 0x2BC || (c >= 0x2018 && c <= 0x201B)) return '\'';
  if (c >= 0x201C && c <= 0x201F) return '"';
  return c;
}

// Of a terminal's escape sequence at `at` (ESC [ digits and semicolons, a letter); 0 if there is
// none.
int32_t EscapeLength(const icu::UnicodeString& text, int32_t at) {
  if (text[at] != kEscape || text[at + 1] != '[') return 0;
  int32_t end = at + 2;
  while ((text[end] >= '0' && text[end] <= '9') || text[end] == ';') ++end;
  const char16_t last = text[end] | 0x20;
  return last >= 'a' && last <= 'z' ? end + 1 - at : 0;
}

icu::UnicodeString FixCharacters(const icu::UnicodeString& text) {
  icu::UnicodeString out;
  for (int32_t i = 0; i < text.length();) {
    if (const int32_t escape = EscapeLength(text, i); escape > 0) {
      i += escape;
      continue;
    }
    const UChar32 c = text.char32At(i);
    i = text.moveIndex32(i, 1);
    if (IsTakenApart(c)) {
      // The one ligature whose long s ftfy keeps.
      const icu::UnicodeString parts =
          c == 0xFB05 ? icu::UnicodeString(u"\u017Ft")
                      : Normalize(icu::Normalizer2::getNFKCInstance, icu::UnicodeString(c));
      for (int32_t j = 0; j < parts.length(); j = parts.moveIndex32(j, 1)) {
        out.append(Straighten(parts.char32At(j)));
      }
    } else if (!IsDropped(c)) {
      out.append(Straighten(c));
    }
  }
  return Normalize(icu::Normalizer2::getNFCInstance, out);
}

icu::UnicodeString CollapseBlanks(const icu::UnicodeString& text) {
  icu::UnicodeString out;
  bool blank = false;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (u_isUWhiteSpace(c)) {
      blank = true;
      continue;
    }
    if (blank && !out.isEmpty()) out.append(u' ');
    blank = false;
    out.append(c);
  }
  return out;
}

enum class CharClass { kBlank, kLetter, kDigit, kOther };

CharClass ClassOf(UChar32 c) {
  if (c < 0) return CharClass::kOther;
  if (u_isUWhiteSpace(c)) return CharClass::kBlank;
  const uint32_t category = U_GET_GC_MASK(c);
  if (category & U_GC_L_MASK) return CharClass::kLetter;
  return category & U_GC_N_MASK ? CharClass::kDigit : CharClass::kOther;
}

// The first character of the text, its class and its bytes.
CharClass FirstClass(std::string_view text, size_t& bytes) {
  UChar32 c = 0;
  int32_t at = 0;
  U8_NEXT(text.data(), at, static_cast<int32_t>(text.size()), c);
  bytes = static_cast<size_t>(at);
  return ClassOf(c);
}

size_t FixedWordLength(std::string_view text, bool specials) {
  constexpr std::array<std::string_view, 2> kSpecials = {"<|startoftext|>", "<|endoftext|>"};
  constexpr std::array<std::string_view, 7> kEndings = {"'s", "'t",  "'re", "'ve",
                                                        "'m", "'ll", "'d"};
  const auto starts = [text](std::string_view word) { return text.starts_with(word); };
  const auto* special = std::find_if(kSpecials.begin(), kSpecials.end(), starts);
  if (specials && special != kSpecials.end()) return special->size();
  const auto* ending = std::find_if(kEndings.begin(), kEndings.end(), starts);
  return ending == kEndings.end() ? 0 : ending->size();
}

size_t WordLength(std::string_view text, bool specials) {
  if (const size_t fixed = FixedWordLength(text, specials); fixed > 0) return fixed;
  size_t length = 0;
  const CharClass kind = FirstClass(text, length);
  if (kind == CharClass::kDigit || kind == CharClass::kBlank) return length;
  size_t next = 0;
  while (length < text.size() && FirstClass(text.substr(length), next) == kind) length += next;
  return length;
}

}  // namespace

std::string CleanClipText(std::string_view text) {
  // ftfy leaves references alone where there is markup.
  const bool markup = text.find('<') != std::string_view::npos;
  const std::string opened = markup ? std::string(text) : UnescapeHtml(text);
  const std::string fixed = ToUtf8(FixCharacters(FromUtf8(opened)));
  const std::string unescaped = UnescapeHtml(UnescapeHtml(fixed));
  return ToUtf8(CollapseBlanks(FromUtf8(unescaped)).toLower(icu::Locale::getRoot()));
}

std::vector<std::string_view> SplitClipText(std::string_view text, bool specials) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t length = WordLength(text, specials);
    if (!(length == 1 && text.front() == ' ')) words.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return words;
}

}  // namespace imago
