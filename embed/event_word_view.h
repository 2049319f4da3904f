#ifndef IMAGO_EMBED_EVENT_WORD_VIEW_H_
#define IMAGO_EMBED_EVENT_WORD_VIEW_H_

// What can be said of a word before anything is tagged: its closed class, what it may be as a verb
// or a noun, and what comes after it. Words are numbered; numbers past the end may be asked about.

#include <string>

#include "embed/event_lexicon.h"
#include "embed/event_tokens.h"
#include "embed/event_words.h"

namespace imago {

class WordView {
 public:
  // Both outlive it.
  WordView(const TextSentence& sentence, const EventLexicon& lexicon)
      : sentence_(sentence), lexicon_(lexicon) {}

  const TextToken& token(size_t i) const { return sentence_[i]; }
  bool Past(size_t i) const { return i >= sentence_.size(); }
  // As a closed class; "Will" inside a sentence is a name, "May" and "March" may be.
  WordClass Class(size_t i) const;
  // The first sense as a verb whose following words are there; null when there is none.
  const VerbSense* SenseAt(size_t i) const;
  // The lexicon's or a noun whose kind is known.
  bool IsNounAt(size_t i) const;
  // Not a name, though it begins the sentence with a capital.
  bool IsKnown(size_t i) const;
  static bool IsAdverb(const std::string& lower);  // by its ending

  // Of what comes after word `at`:
  bool ObjectFollows(size_t at) const;      // can begin a noun phrase that is an object
  bool DeterminerFollows(size_t at) const;  // surely begins one
  bool NounFollows(size_t at) const;        // can go on with the noun phrase
  bool StandsAlone(size_t at) const;        // "those killed", "some of them"
  bool OpensClause(size_t at) const;        // "after police arrested": a finite verb
  bool PastVerbJoined(size_t at) const;     // "detained and beat two men"

  // Whether the verb can have an object, so that its participle can be passive; and whether it can
  // do without.
  bool HasObject(const VerbSense& sense) const;
  bool NeedsNoObject(const VerbSense& sense) const;

 private:
  bool IsMonth(size_t i) const;  // "March 22", "in March"

  const TextSentence& sentence_;
  const EventLexicon& lexicon_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_WORD_VIEW_H_
