#ifndef IMAGO_EMBED_EVENT_RULES_H_
#define IMAGO_EMBED_EVENT_RULES_H_

// From the phrases of a sentence to its events: verbs and what stands around them, participles and
// adjectives before nouns, and nouns that tell of a happening.
//
// Confidence is the share of events read from a construction whose type and trigger were those of
// the news captions that the rules were tuned on (four fifths of them, 12,512 events), rounded; a
// quarter is taken off where no argument was found.

#include <string>
#include <vector>

#include "embed/event_clause.h"
#include "embed/event_extractor.h"
#include "embed/event_lexicon.h"

namespace imago {

struct DraftArgument {
  std::string role;
  WordRange words;  // with the article
  WordRange head;
  double confidence = 1;
};

// What tells of the event.
enum class EventCue : uint8_t { kVerb, kParticiple, kNoun, kNounBefore, kModifier, kAdjective };
double EventConfidence(EventCue source);

struct DraftEvent {
  int type = -1;
  size_t trigger = 0;  // number of the word
  EventCue source = EventCue::kVerb;
  std::vector<DraftArgument> arguments;
  double confidence = 0;
};

struct RuleInput {
  const std::vector<TaggedWord>& words;
  const EventLexicon& lexicon;
  const Clauses& clauses;
};

// Events of verbs. What a verb like "hold" says of its object ("hold a rally") is left to
// NounEvents.
std::vector<DraftEvent> VerbEvents(const RuleInput& input);
// Events of nouns, and of participles and adjectives before nouns.
std::vector<DraftEvent> NounEvents(const RuleInput& input);

// Adds the phrase in a role unless the event has it in one already.
void AddArgument(const std::string& role, const Phrase& phrase, DraftEvent& event);
// Gives an event without a place the nearest one of its sentence: after the trigger, else before.
void AddPlace(const RuleInput& input, DraftEvent& event);
// A verb whose object tells what happens: "hold a rally", "take part in a march".
bool IsSupport(const RuleInput& input, size_t verb);

// A sentence with what the rules find in it, in the order of the triggers. What it was read from
// and the lexicon outlive it.
struct RuleReading {
  std::vector<TaggedWord> words;
  std::vector<Phrase> phrases;
  std::vector<DraftEvent> drafts;
};
RuleReading ReadByRules(const TextSentence& sentence, const EventLexicon& lexicon);

// The draft with its words as places in the text that the words are from; fillers lose the article.
Event FinishEvent(const std::string& text, const std::vector<TaggedWord>& words,
                  const EventLexicon& lexicon, const DraftEvent& draft);

// What extractors read, where the content is a text; errors as EventExtractor::Extract says.
absl::StatusOr<const std::string*> TextOfEvents(const Content& content);

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_RULES_H_
