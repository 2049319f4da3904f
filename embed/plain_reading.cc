#include "embed/plain_reading.h"

#include <algorithm>

namespace imago {
namespace {

bool Has(const DraftEvent& draft, const std::string& role) {
  return std::any_of(draft.arguments.begin(), draft.arguments.end(),
                     [&role](const DraftArgument& one) { return one.role == role; });
}

bool HasClause(const DraftEvent& draft, const EventType& type) {
  return std::any_of(type.frames.begin(), type.frames.end(), [&draft](const EventFrame& frame) {
    return !frame.grammar.object.empty() && frame.grammar.subject != frame.grammar.object &&
           Has(draft, frame.grammar.subject) && Has(draft, frame.grammar.object);
  });
}

bool Holds(const WordRange& range, size_t word) {
  return range.first <= word && word <= range.last;
}

bool IsAccountedFor(const RuleReading& reading, const Phrase& phrase) {
  for (const DraftEvent& draft : reading.drafts) {
    if (Holds(phrase.words, draft.trigger)) return true;
    for (const DraftArgument& one : draft.arguments) {
      if (Holds(one.words, phrase.head.last)) return true;
    }
  }
  return false;
}

}  // namespace

bool IsPlainReading(const RuleReading& reading, const DraftEvent& draft, const EventType& type) {
  if (draft.source != EventCue::kVerb || !HasClause(draft, type)) return false;
  const auto roles = std::count_if(draft.arguments.begin(), draft.arguments.end(),
                                   [](const DraftArgument& one) { return one.role != "Place"; });
  if (roles > 2) return true;
  const auto open =
      std::count_if(reading.phrases.begin(), reading.phrases.end(), [&](const Phrase& one) {
        return one.type == PhraseType::kNoun && !IsAccountedFor(reading, one);
      });
  return open <= 1;
}

}  // namespace imago
