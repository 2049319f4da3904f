#ifndef IMAGO_EMBED_TAGGER_EXAMPLES_H_
#define IMAGO_EMBED_TAGGER_EXAMPLES_H_

// Captions whose events are known, as a tagger of events learns from them.

#include <cstdint>
#include <vector>

#include "embed/eval_events.h"
#include "embed/event_lexicon.h"
#include "embed/tagger_config.h"
#include "embed/word_features.h"
#include "embed/word_pieces.h"

namespace imago {

inline constexpr int64_t kNotLearned = -1;  // a label that says nothing

// A word that tells of an event, and each word's role in it.
struct TriggerExample {
  size_t word = 0;
  int64_t type = 0;                 // TaggerNames::Type
  std::vector<int64_t> roles;       // TaggerNames::Role, 0 for none, or kNotLearned
  std::vector<int64_t> rule_roles;  // RuleRoles
};

// One sentence.
struct TaggerExample {
  std::vector<WordFeatures> words;
  WordPieces pieces;           // of the same words, where asked for
  std::vector<int64_t> types;  // of each word: TaggerNames::Type, 0 for none, or kNotLearned
  std::vector<TriggerExample> triggers;
};

// The words that stand in `texts` at least three times, types with at least ten events, and of
// those the roles with at least five fillers. Names are those of the ontology.
TaggerConfig LearnTaggerNames(const std::vector<ReferenceSentence>& texts,
                              const EventOntology& ontology);

// `pieces` reads the words' pieces; null: no pieces. Of each word that is a trigger of a type the
// first places that there are events; others where it stands are not learned from. Of several
// places of a filler the nearest to the trigger has the role, the others are not learned from.
std::vector<TaggerExample> MakeTaggerExamples(const std::vector<ReferenceSentence>& texts,
                                              const EventLexicon& lexicon,
                                              const EventOntology& ontology,
                                              const TaggerNames& names, const PieceReader* pieces);

}  // namespace imago

#endif  // IMAGO_EMBED_TAGGER_EXAMPLES_H_
