#include "embed/event_clause.h"

#include <algorithm>

namespace imago {

bool Clauses::IsReduced(size_t verb) const {
  return Use(verb) == VerbUse::kActiveReduced || Use(verb) == VerbUse::kPassiveReduced;
}

std::string Clauses::PrepositionBefore(size_t noun) const {
  if (noun == 0) return "";
  const Phrase& before = phrases_[noun - 1];
  const bool preposition =
      before.type == PhraseType::kPreposition || before.type == PhraseType::kTo;
  return preposition ? Lower(before.words.first) : "";
}

// Neither after a preposition nor the object of a participle.
bool Clauses::IsFreeNoun(size_t i) const {
  if (Type(i) != PhraseType::kNoun || phrases_[i].attached) return false;
  if (!PrepositionBefore(i).empty()) return false;
  return i == 0 || Type(i - 1) != PhraseType::kVerb;
}

// A finite verb follows the noun, so that it is a subject.
bool Clauses::StartsClause(size_t noun) const {
  size_t i = phrases_[noun].next;
  while (Type(i) == PhraseType::kPreposition && Type(i + 1) == PhraseType::kNoun) {
    i = phrases_[i + 1].next;
  }
  if (Type(i) == PhraseType::kAuxiliary) return true;
  return Type(i) == PhraseType::kVerb && Use(i) == VerbUse::kFinite;
}

std::vector<size_t> Clauses::Coordinated(size_t noun, size_t end) const {
  std::vector<size_t> list = {noun};
  std::vector<size_t> pending;  // after a comma: part of the list once "and" comes
  size_t i = phrases_[noun].next;
  while (i < end) {
    size_t next = i;
    while (Type(next) == PhraseType::kComma) ++next;
    const bool conjunction = Type(next) == PhraseType::kConjunction;
    if (conjunction) ++next;
    if (next == i || next >= end || Type(next) != PhraseType::kNoun) break;
    pending.push_back(next);
    i = phrases_[next].next;
    if (!conjunction) continue;
    list.insert(list.end(), pending.begin(), pending.end());
    pending.clear();
  }
  return list;
}

size_t Clauses::VerbJoined(size_t verb) const {
  for (size_t i = verb; i-- > 0;) {
    if (Type(i) == PhraseType::kVerb && (!IsReduced(i) || IsReduced(verb))) return i;
    if (Type(i) == PhraseType::kBreak) break;
  }
  return phrases_.size();
}

std::vector<size_t> Clauses::Antecedent(size_t relative) const {
  size_t i = relative;
  while (i > 0 && (Type(i - 1) == PhraseType::kComma || Type(i - 1) == PhraseType::kPreposition)) {
    --i;
  }
  // "a man in a car who waves": people first.
  size_t nearest = phrases_.size();
  while (i-- > 0 && Type(i) != PhraseType::kVerb && Type(i) != PhraseType::kBreak) {
    if (Type(i) != PhraseType::kNoun) continue;
    if (nearest == phrases_.size()) nearest = i;
    if (phrases_[i].kind == FillerKind::kPerson || phrases_[i].name) return {i};
  }
  return nearest == phrases_.size() ? std::vector<size_t>{} : std::vector<size_t>{nearest};
}

std::vector<size_t> Clauses::SharedSubject(size_t verb) const {
  const size_t other = VerbJoined(verb);
  return other == phrases_.size() ? std::vector<size_t>{} : SubjectsOf(other);
}

// A finite verb that belongs to a relative clause: "the man who drove the car".
bool Clauses::IsInRelative(size_t verb) const {
  while (verb > 0 && Type(verb - 1) == PhraseType::kAuxiliary) --verb;
  return verb > 0 && Type(verb - 1) == PhraseType::kRelative;
}

std::vector<size_t> Clauses::FiniteSubject(size_t verb) const {
  size_t i = verb;
  while (i > 0 && (Type(i - 1) == PhraseType::kAuxiliary || Type(i - 1) == PhraseType::kTo)) --i;
  if (i > 0 && Type(i - 1) == PhraseType::kRelative) return Antecedent(i - 1);
  const bool joined = i > 0 && Type(i - 1) == PhraseType::kConjunction;
  const bool infinitive = i < verb && Type(verb - 1) == PhraseType::kTo;
  return joined || infinitive ? SharedSubject(i) : FirstFreeNoun(i, verb);
}

std::vector<size_t> Clauses::FirstFreeNoun(size_t i, size_t verb) const {
  const size_t none = phrases_.size();
  size_t found = none;
  size_t relative = none;
  while (i-- > 0) {
    if (Type(i) == PhraseType::kBreak || Type(i) == PhraseType::kClauseStart) break;
    if (Type(i) == PhraseType::kRelative) {
      relative = i;
    } else if (Type(i) == PhraseType::kVerb && !IsReduced(i) && found != none) {
      if (!IsInRelative(i)) break;
      found = none;
    } else if (IsFreeNoun(i) && Type(i + 1) != PhraseType::kBreak) {
      found = i;
    }
  }
  if (found != none) return Coordinated(found, verb);
  return relative == none ? std::vector<size_t>{} : Antecedent(relative);
}

bool Clauses::IsPerson(size_t noun) const {
  return phrases_[noun].kind == FillerKind::kPerson || phrases_[noun].name;
}

// Of "a group of men" the group.
size_t Clauses::Outermost(size_t noun) const {
  while (noun >= 2 && phrases_[noun].attached) noun -= 2;
  return noun;
}

std::vector<size_t> Clauses::SubjectBeside(size_t noun, size_t verb) const {
  noun = Outermost(noun);
  // "a man in a car wearing a mask"
  size_t other = noun;
  while (other >= 2 && Type(other - 1) == PhraseType::kPreposition &&
         Type(other - 2) == PhraseType::kNoun && !IsPerson(other) &&
         Use(verb) == VerbUse::kActiveReduced) {
    other = Outermost(other - 2);
  }
  if (IsPerson(other)) noun = other;
  std::vector<size_t> list = {noun};
  // "a doctor and a nurse treating": both.
  while (noun >= 2 && Type(noun - 1) == PhraseType::kConjunction &&
         Type(noun - 2) == PhraseType::kNoun) {
    noun = Outermost(noun - 2);
    if (!IsFreeNoun(noun)) break;
    list.insert(list.begin(), noun);
  }
  return list;
}

std::vector<size_t> Clauses::ReducedSubject(size_t verb) const {
  size_t i = verb;
  while (i > 0 && Type(i - 1) == PhraseType::kAuxiliary) --i;
  if (i == 0) {  // "Carrying a flag, a man walks": the first free noun that a finite verb follows
    for (size_t k = verb + 1; k < phrases_.size(); ++k) {
      if (Type(k) == PhraseType::kNoun && IsFreeNoun(k) && StartsClause(k)) return {k};
    }
    return {};
  }
  if (Type(i - 1) == PhraseType::kRelative) return Antecedent(i - 1);
  if (Type(i - 1) == PhraseType::kConjunction) return SharedSubject(i);
  if (Type(i - 1) == PhraseType::kNoun) return SubjectBeside(i - 1, verb);
  const size_t other = VerbBefore(i);
  if (other < phrases_.size()) return FiniteSubject(other);
  for (size_t k = 0; k < i; ++k) {
    if (IsFreeNoun(k)) return Coordinated(k, i);
  }
  return {};
}

std::vector<size_t> Clauses::SubjectsOf(size_t verb) const {
  return IsReduced(verb) ? ReducedSubject(verb) : FiniteSubject(verb);
}

std::vector<size_t> Clauses::ObjectsOf(size_t verb) const {
  const size_t noun = verb + 1;
  // "detained and beat two men": both have the object.
  if (Type(noun) == PhraseType::kConjunction && Type(noun + 1) == PhraseType::kVerb &&
      Use(noun + 1) == Use(verb)) {
    return ObjectsOf(noun + 1);
  }
  if (Type(noun) != PhraseType::kNoun || phrases_[noun].attached) return {};
  std::vector<size_t> list;
  for (const size_t one : Coordinated(noun, phrases_.size())) {
    if (one != noun && StartsClause(one)) break;
    list.push_back(one);
  }
  return list;
}

std::vector<PrepositionalPhrase> Clauses::PhrasesAfter(size_t phrase) const {
  size_t i = phrases_[phrase].type == PhraseType::kNoun ? phrase + 1 : phrases_[phrase].next;
  if (phrases_[phrase].type == PhraseType::kVerb) {
    const auto objects = ObjectsOf(phrase);
    if (!objects.empty()) i = phrases_[objects.back()].next;
  }
  std::vector<PrepositionalPhrase> found;
  while (i < phrases_.size()) {
    if (Type(i) == PhraseType::kComma || Type(i) == PhraseType::kTime) {
      ++i;
      continue;
    }
    const bool preposition = Type(i) == PhraseType::kPreposition || Type(i) == PhraseType::kTo;
    if (!preposition) break;
    if (Type(i + 1) == PhraseType::kTime) {
      i += 2;
      continue;
    }
    if (Type(i + 1) != PhraseType::kNoun) break;
    for (const size_t noun : Coordinated(i + 1, phrases_.size())) {
      if (noun != i + 1 && StartsClause(noun)) break;
      found.push_back({Lower(phrases_[i].words.first), noun});
      i = phrases_[noun].next - 1;
    }
    ++i;
  }
  return found;
}

size_t Clauses::VerbBefore(size_t noun) const {
  for (size_t i = noun; i-- > 0;) {
    if (Type(i) == PhraseType::kBreak) break;
    if (Type(i) == PhraseType::kVerb && !IsReduced(i)) return i;
  }
  return phrases_.size();
}

}  // namespace imago
