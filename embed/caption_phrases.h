#ifndef IMAGO_EMBED_CAPTION_PHRASES_H_
#define IMAGO_EMBED_CAPTION_PHRASES_H_

// A caption as the things that it names, and where it says that they stand.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace imago {

// Where a thing stands beside another one, as far as a caption says.
enum class PhrasePlace : uint8_t { kNone, kLeft, kRight, kAbove, kBelow };
inline constexpr int kPhrasePlaces = 5;

struct CaptionPhrase {
  std::string text;
  PhrasePlace place = PhrasePlace::kNone;

  friend bool operator==(const CaptionPhrase&, const CaptionPhrase&) = default;
};

inline constexpr size_t kMaxCaptionPhrases = 8;

// "there is a red circle to the left of a blue star" to {"a red circle", kLeft}, {"a blue star",
// kRight}. Cut at "and", commas and words for places; in lower case, without an opening such as "a
// picture of". Empty for captions of one phrase, of more than kMaxCaptionPhrases, and for those
// that tell neither where things stand nor of a colour, size or number: nothing to tell apart.
std::vector<CaptionPhrase> SplitCaption(std::string_view caption);

}  // namespace imago

#endif  // IMAGO_EMBED_CAPTION_PHRASES_H_
