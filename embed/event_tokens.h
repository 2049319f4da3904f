#ifndef IMAGO_EMBED_EVENT_TOKENS_H_
#define IMAGO_EMBED_EVENT_TOKENS_H_

// A caption as words with their places.

#include <string>
#include <string_view>
#include <vector>

#include "storage/event.h"

namespace imago {

struct TextToken {
  std::string text;
  std::string lower;  // of ASCII letters
  TextSpan span;
  bool word = false;     // letters or digits, else punctuation
  bool capital = false;  // begins with one
  bool quoted = false;   // between double quotes
};

using TextSentence = std::vector<TextToken>;

// Words keep inner hyphens, points ("U.S.") and apostrophes; "'s" and a closing "'" after s are
// tokens of their own. Left out are what agencies put around captions: "FILE -" before them,
// "(AP Photo/...)", "REUTERS/..." and such anywhere. Abbreviations do not end a sentence. Any bytes
// may come.
std::vector<TextSentence> ReadSentences(std::string_view text);

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_TOKENS_H_
