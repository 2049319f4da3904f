#ifndef IMAGO_EMBED_WORD_FEATURES_H_
#define IMAGO_EMBED_WORD_FEATURES_H_

// What a trained tagger of events is told of each word: the word and its letters, and what the
// rules make of it. Each feature is the number of a row in a table of its own.

#include <array>
#include <cstdint>
#include <vector>

#include "embed/event_rules.h"
#include "embed/tagger_config.h"

namespace imago {

enum WordFeature : size_t {
  kWordFeature,       // TaggerNames::Word; of a hyphened word that is not known, of its last part
  kLastThreeFeature,  // letters, hashed; row 0 is none
  kLastTwoFeature,
  kFirstFourFeature,
  kShapeFeature,        // sign, number, capitals, capital, other
  kTagFeature,          // Tag
  kUseFeature,          // VerbUse
  kPhraseFeature,       // PhraseType + 1
  kHeadFeature,         // within the phrase: not its head, within it, its last word
  kNameFeature,         // of the phrase: is a name, belongs to an earlier one
  kPhraseKindFeature,   // FillerKind + 1
  kLexiconFeature,      // TaggerNames::OntologyType of what the lexicon says of the word
  kLexiconPartFeature,  // of which part of speech that is: none, verb, noun, adjective
  kRuleFeature,         // TaggerNames::Type of the rules' event, types() + 1 for other ones
  kClassFeature,        // WordClass
  kKindFeature,         // FillerKind + 1
  kVectorFeature,       // TaggerNames::Vector
  kWordFeatures
};
using WordFeatures = std::array<int64_t, kWordFeatures>;

// How many rows each table has.
WordFeatures FeatureRows(const TaggerNames& names);

// [words of the reading]
std::vector<WordFeatures> FeaturesOf(const RuleReading& reading, const EventLexicon& lexicon,
                                     const TaggerNames& names);

// For each word the role that the rules give it in the event at `trigger`: 0 where they see no
// event there, 1 no role, 2 a role that is not learned, TaggerNames::Role + 2.
std::vector<int64_t> RuleRoles(const RuleReading& reading, size_t trigger,
                               const TaggerNames& names);
size_t RuleRoleRows(const TaggerNames& names);

// The row for how far a word stands from the trigger.
int64_t DistanceRow(size_t trigger, size_t word);
inline constexpr int64_t kDistanceRows = 27;

}  // namespace imago

#endif  // IMAGO_EMBED_WORD_FEATURES_H_
