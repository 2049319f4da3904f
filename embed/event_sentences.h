#ifndef IMAGO_EMBED_EVENT_SENTENCES_H_
#define IMAGO_EMBED_EVENT_SENTENCES_H_

// Sentences whose events are known, made from an ontology's templates: to tune rules and to train
// taggers on, and, other ones, to measure them on.

#include <cstdint>
#include <vector>

#include "embed/event_lexicon.h"
#include "embed/news_captions.h"

namespace imago {

// The parts share neither verbs of a type nor fillers nor sentence patterns, save two verbs of one
// subject. Types that have one verb only are of the first part.
enum class SentencePart : uint8_t { kTrain, kTest };

struct MadeSentence {
  std::string text;
  std::vector<NewsEvent> events;  // none, one or two; triggers as they stand in the text
};

// Active, progressive and passive voice, participles, relative clauses, a place in front, subjects
// joined by "and", two verbs of one subject, dates, agency prefixes and credits, a second clause
// that tells of no event; one sentence in eight has no event at all. Only verbs that the lexicon
// reads as the type they are taken from. Equal seeds give equal sentences. `lexicon` is of
// `ontology`.
std::vector<MadeSentence> MakeEventSentences(const EventOntology& ontology,
                                             const EventLexicon& lexicon, SentencePart part,
                                             uint64_t seed, int count);

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_SENTENCES_H_
