#ifndef IMAGO_EMBED_EVENT_PHRASES_H_
#define IMAGO_EMBED_EVENT_PHRASES_H_

// A tagged sentence as a row of phrases: noun phrases, verbs, and the words that tie them.

#include <optional>
#include <vector>

#include "embed/event_tagger.h"

namespace imago {

enum class PhraseType : uint8_t {
  kNoun,
  kTime,  // "on February 20": also of numbers that are years
  kVerb,
  kAuxiliary,
  kPreposition,
  kTo,
  kConjunction,
  kClauseStart,
  kRelative,
  kComma,
  kBreak,
};

// Numbers of words, both ends included.
struct WordRange {
  size_t first = 0;
  size_t last = 0;
};

struct Phrase {
  PhraseType type = PhraseType::kNoun;
  WordRange words;  // without what "of" adds
  // Of noun phrases only:
  WordRange head;
  size_t last = 0;                     // the last word with all that "of" adds
  size_t next = 0;                     // the number of the phrase after all that
  bool attached = false;               // belongs to an earlier one by "of"
  bool name = false;                   // its head is a name
  bool scene = false;                  // "the site of a bombing"
  int event_type = -1;                 // of its head, when that tells of an event
  std::optional<FillerKind> kind;      // of its head
  std::optional<WordRange> possessor;  // "Castile" of "Castile's death"
};

// `lexicon` is the one that the words were tagged with.
std::vector<Phrase> ReadPhrases(const std::vector<TaggedWord>& words, const EventLexicon& lexicon);

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_PHRASES_H_
