#ifndef IMAGO_EMBED_EVENT_WORDS_H_
#define IMAGO_EMBED_EVENT_WORDS_H_

// Words that English captions are made of and that no ontology needs to name. Lower case.

#include <optional>
#include <string>
#include <string_view>

#include "embed/event_ontology.h"

namespace imago {

enum class WordClass : uint8_t {
  kNone,
  kDeterminer,   // "the", "some"
  kPossessive,   // "his", "'s"
  kPronoun,      // "they"
  kPreposition,  // event_template.h
  kTo,
  kConjunction,  // "and"
  kClauseStart,  // "while", "because"
  kRelative,     // "who"
  kBe,
  kHave,
  kDo,
  kModal,
  kNot,
  kAdverb,
  kNumber,
  kTime,  // "Monday", "January", "yesterday"
  kAdjective,
};
// Of closed classes and of the commonest adverbs and adjectives.
WordClass ClassOf(std::string_view word);

// What a noun names; nothing for a noun that is not known. Plurals too.
std::optional<FillerKind> KindOfNoun(std::string_view noun);
// "men", "protesters", "police".
bool IsPlural(std::string_view noun);
// "thousands of", "a group of": the phrase is about what follows.
bool CountsWhatFollows(std::string_view noun);
// "site of", "scene of": names no place of its own before an event.
bool IsScene(std::string_view noun);
// Lemmas of verbs that no event stands for but that hold a sentence together ("say"), with spaces
// between them.
std::string_view PlainVerbs();
// Lemmas that leave the happening to their object: "hold a rally", "attend a meeting".
bool IsSupportVerb(std::string_view lemma);
// "Jan", "Mr": a point after it does not end the sentence.
bool IsAbbreviation(std::string_view word);

std::string LowerAscii(std::string_view text);

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_WORDS_H_
