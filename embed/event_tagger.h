#ifndef IMAGO_EMBED_EVENT_TAGGER_H_
#define IMAGO_EMBED_EVENT_TAGGER_H_

// Which words of a sentence are verbs, and how each of them is used.

#include <vector>

#include "embed/event_lexicon.h"
#include "embed/event_tokens.h"
#include "embed/event_words.h"

namespace imago {

enum class Tag : uint8_t {
  kNoun,
  kName,
  kDeterminer,
  kPossessive,
  kPronoun,
  kAdjective,
  kNumber,
  kModifier,  // a participle before a noun: "injured man", "burning car"
  kVerb,
  kAuxiliary,
  kAdverb,
  kPreposition,
  kTo,
  kConjunction,
  kClauseStart,
  kRelative,
  kTime,
  kComma,
  kBreak,  // other punctuation, and quoted speech
};

enum class VerbUse : uint8_t {
  kFinite,          // "police arrest a man"
  kPassive,         // "a man is arrested"
  kActiveReduced,   // "people wearing masks"
  kPassiveReduced,  // "a man arrested by police"
  kInfinitive,      // "to arrest", "may arrest"
};

struct TaggedWord {
  const TextToken* token = nullptr;
  Tag tag = Tag::kNoun;
  VerbUse use = VerbUse::kFinite;    // of verbs and modifiers
  const VerbSense* sense = nullptr;  // of verbs and modifiers, never null there
};

// One for each token. The tokens and the lexicon outlive the answer.
std::vector<TaggedWord> TagSentence(const TextSentence& sentence, const EventLexicon& lexicon);

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_TAGGER_H_
