#ifndef IMAGO_EMBED_EVAL_EVENTS_H_
#define IMAGO_EMBED_EVAL_EVENTS_H_

// How well events are read from text. The matcher:
//
// A trigger is right when the sentence's reference has an event of the same type with the same
// trigger word (case aside; of a hyphened word what is after the last hyphen); each event of the
// reference is matched once. An argument is right when the sentence's reference has an event of the
// same type with a filler of the same role whose last word is the last word of the argument's head
// (case aside); equal arguments of a sentence count once. Arguments of the reference whose text
// does not stand in the sentence are left out. Types and roles are those of the ontology: names of
// the reference are looked up in it (also under "also" and "role_also"), so that two names for one
// type are one type. Events of types that the whole reference never uses are left out, and so are
// roles that it never uses of a type: it says nothing about them. Precision is right / found,
// recall right / reference, F1 their harmonic mean.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/eval_stats.h"
#include "embed/event_extractor.h"
#include "embed/news_captions.h"

namespace imago {

struct MatchCounts {
  uint64_t right = 0;
  uint64_t found = 0;
  uint64_t reference = 0;

  double precision() const;
  double recall() const;
  double f1() const;
  // Wilson's, 95 %. F1 is taken as a share of (found + reference) / 2 cases.
  Interval precision_interval() const;
  Interval recall_interval() const;
  Interval f1_interval() const;
};

// A sentence and what is in it.
struct ReferenceSentence {
  std::string text;
  std::vector<NewsEvent> events;
};

struct EventScores {
  uint64_t sentences = 0;
  MatchCounts triggers;        // trigger and type
  MatchCounts arguments;       // type, role and head word
  uint64_t without = 0;        // sentences that have no events
  uint64_t without_right = 0;  // of those, sentences in which none were found
};

absl::StatusOr<EventScores> ScoreEvents(const EventExtractor& extractor,
                                        const std::vector<ReferenceSentence>& sentences);
// The reference of news captions.
std::vector<ReferenceSentence> ReferenceOf(const std::vector<NewsSentence>& sentences);

// The plain word list that extractors must beat: each word that was a trigger in at least half of
// the places where it stands in `known`, with its commonest type. Triggers only, by the matcher
// above over the published words; types as published, or as the ontology merges them.
MatchCounts ScoreWordList(const NewsCaptions& captions, const EventOntology* ontology);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_EVENTS_H_
