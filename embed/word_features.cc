#include "embed/word_features.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "embed/event_words.h"

namespace imago {
namespace {

constexpr int64_t kHashRows = 2001;  // the first is for letters that are hidden in training
constexpr int64_t kKinds = static_cast<int64_t>(FillerKind::kDisease) + 2;

// FNV-1a (Fowler, Noll and Vo), 64 bits.
int64_t HashRow(std::string_view letters) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : letters) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return 1 + static_cast<int64_t>(hash % (kHashRows - 1));
}

std::string_view LastBytes(std::string_view word, size_t count) {
  return word.substr(word.size() - std::min(count, word.size()));
}

// "held" of "rebel-held".
std::string LastPart(const std::string& lower) {
  const std::string part = lower.substr(lower.rfind('-') + 1);
  return part.empty() ? lower : part;
}

int64_t Shape(const TextToken& token) {
  if (!token.word) return 0;
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (token.text[0] >= '0' && token.text[0] <= '9') return 1;
  if (token.text.size() > 1 && std::all_of(token.text.begin(), token.text.end(), upper)) return 2;
  return token.capital ? 3 : 4;
}

void SetLexicon(const TaggedWord& word, const EventLexicon& lexicon, const TaggerNames& names,
                WordFeatures& out) {
  const int noun = lexicon.NounType(word.token->lower, "");
  const int adjective = lexicon.AdjectiveType(word.token->lower);
  const int types[] = {word.sense == nullptr ? -1 : word.sense->type, noun, adjective};
  for (int part = 0; part < 3; ++part) {
    if (types[part] < 0) continue;
    out[kLexiconFeature] = names.OntologyType(lexicon.type(types[part]).name);
    out[kLexiconPartFeature] = part + 1;
    return;
  }
}

WordFeatures OfWord(const TaggedWord& word, const EventLexicon& lexicon, const TaggerNames& names) {
  WordFeatures out = {};
  const std::string& lower = word.token->lower;
  const std::string last = LastPart(lower);
  const int known = names.Word(lower);
  out[kWordFeature] = known > 0 ? known : names.Word(last);
  const int vector = names.Vector(lower);
  out[kVectorFeature] = vector > 0 ? vector : names.Vector(last);
  out[kLastThreeFeature] = HashRow(LastBytes(lower, 3));
  out[kLastTwoFeature] = HashRow(LastBytes(lower, 2));
  out[kFirstFourFeature] = HashRow(std::string_view(last).substr(0, 4));
  out[kShapeFeature] = Shape(*word.token);
  out[kTagFeature] = static_cast<int64_t>(word.tag);
  out[kUseFeature] = static_cast<int64_t>(word.use);
  out[kClassFeature] = static_cast<int64_t>(ClassOf(lower));
  if (const auto kind = KindOfNoun(lower)) out[kKindFeature] = static_cast<int64_t>(*kind) + 1;
  SetLexicon(word, lexicon, names, out);
  return out;
}

void SetPhrase(const Phrase& phrase, std::vector<WordFeatures>& words) {
  for (size_t i = phrase.words.first; i <= phrase.words.last; ++i) {
    WordFeatures& out = words[i];
    out[kPhraseFeature] = static_cast<int64_t>(phrase.type) + 1;
    if (phrase.type != PhraseType::kNoun && phrase.type != PhraseType::kTime) continue;
    const bool within = i >= phrase.head.first && i <= phrase.head.last;
    out[kHeadFeature] = i == phrase.head.last ? 2 : within ? 1 : 0;
    out[kNameFeature] = (phrase.name ? 1 : 0) + (phrase.attached ? 2 : 0);
    out[kPhraseKindFeature] = phrase.kind ? static_cast<int64_t>(*phrase.kind) + 1 : 0;
  }
}

}  // namespace

WordFeatures FeatureRows(const TaggerNames& names) {
  WordFeatures rows;
  rows[kWordFeature] = static_cast<int64_t>(names.words()) + 1;
  rows[kVectorFeature] = static_cast<int64_t>(names.vectors()) + 1;
  rows[kLastThreeFeature] = rows[kLastTwoFeature] = rows[kFirstFourFeature] = kHashRows;
  rows[kShapeFeature] = 5;
  rows[kTagFeature] = static_cast<int64_t>(Tag::kBreak) + 1;
  rows[kUseFeature] = static_cast<int64_t>(VerbUse::kInfinitive) + 1;
  rows[kPhraseFeature] = static_cast<int64_t>(PhraseType::kBreak) + 2;
  rows[kHeadFeature] = 3;
  rows[kNameFeature] = 4;
  rows[kPhraseKindFeature] = rows[kKindFeature] = kKinds;
  rows[kLexiconFeature] = static_cast<int64_t>(names.ontology()) + 1;
  rows[kLexiconPartFeature] = 4;
  rows[kRuleFeature] = static_cast<int64_t>(names.types()) + 2;
  rows[kClassFeature] = static_cast<int64_t>(WordClass::kAdjective) + 1;
  return rows;
}

std::vector<WordFeatures> FeaturesOf(const RuleReading& reading, const EventLexicon& lexicon,
                                     const TaggerNames& names) {
  std::vector<WordFeatures> words;
  for (const TaggedWord& word : reading.words) words.push_back(OfWord(word, lexicon, names));
  for (const Phrase& phrase : reading.phrases) SetPhrase(phrase, words);
  for (const DraftEvent& draft : reading.drafts) {
    const int type = names.Type(lexicon.type(draft.type).name);
    words[draft.trigger][kRuleFeature] = type > 0 ? type : static_cast<int64_t>(names.types()) + 1;
  }
  return words;
}

std::vector<int64_t> RuleRoles(const RuleReading& reading, size_t trigger,
                               const TaggerNames& names) {
  std::vector<int64_t> roles(reading.words.size(), 0);
  for (const DraftEvent& draft : reading.drafts) {
    if (draft.trigger != trigger) continue;
    std::fill(roles.begin(), roles.end(), 1);
    for (const DraftArgument& one : draft.arguments) {
      roles[one.head.last] = names.Role(one.role) + 2;
    }
    break;
  }
  return roles;
}

size_t RuleRoleRows(const TaggerNames& names) { return names.roles() + 3; }

int64_t DistanceRow(size_t trigger, size_t word) {
  const bool after = word > trigger;
  const size_t away = after ? word - trigger : trigger - word;
  const int64_t step = away <= 8    ? static_cast<int64_t>(away)
                       : away <= 12 ? 9
                       : away <= 16 ? 10
                       : away <= 24 ? 11
                       : away <= 32 ? 12
                                    : 13;
  return kDistanceRows / 2 + (after ? step : -step);
}

}  // namespace imago
