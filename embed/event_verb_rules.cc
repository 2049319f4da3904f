#include <algorithm>

#include "embed/event_roles.h"
#include "embed/event_rules.h"

namespace imago {
namespace {

// One verb and what stands around it.
class VerbReader {
 public:
  VerbReader(const RuleInput& input, size_t verb)
      : input_(input),
        verb_(verb),
        word_(input.clauses.phrases()[verb].words.first),
        sense_(*input.words[word_].sense),
        type_(input.lexicon.type(sense_.type)) {}

  DraftEvent Read() {
    event_.type = sense_.type;
    event_.trigger = word_;
    const VerbUse use = input_.clauses.Use(verb_);
    const bool reduced = use == VerbUse::kActiveReduced || use == VerbUse::kPassiveReduced;
    event_.source = reduced ? EventCue::kParticiple : EventCue::kVerb;
    const bool passive = use == VerbUse::kPassive || use == VerbUse::kPassiveReduced;
    passive ? ReadPassive() : ReadActive();
    ReadPhrases(passive);
    return std::move(event_);
  }

 private:
  const Phrase& phrase(size_t i) const { return input_.clauses.phrases()[i]; }
  const EventTemplate& Grammar(int frame) const { return type_.frames[frame].grammar; }

  // The first frame with (or without) an object; the verb's first where there is none such.
  int FrameWithObject(bool object) const {
    const auto found = std::find_if(sense_.frames.begin(), sense_.frames.end(), [&](int frame) {
      return Grammar(frame).object.empty() != object;
    });
    return found == sense_.frames.end() ? sense_.frames.front() : *found;
  }

  void AddAll(const std::string& role, const std::vector<size_t>& nouns) {
    for (const size_t noun : nouns) {
      if (FitsRole(type_, role, phrase(noun))) AddArgument(role, phrase(noun), event_);
    }
  }

  void ReadPassive() {
    const EventTemplate& grammar = Grammar(FrameWithObject(true));
    AddAll(grammar.object.empty() ? grammar.subject : grammar.object,
           input_.clauses.SubjectsOf(verb_));
    by_role_ = grammar.object.empty() ? "" : grammar.subject;
  }

  void ReadActive() {
    std::vector<size_t> objects = input_.clauses.ObjectsOf(verb_);
    // What follows belongs to the verb: "shakes hands".
    if (!sense_.after.empty() && !objects.empty() &&
        phrase(objects.front()).words.first <= word_ + sense_.after.size()) {
      objects.erase(objects.begin());
    }
    const EventTemplate& grammar = Grammar(FrameWithObject(!objects.empty()));
    AddAll(grammar.subject, input_.clauses.SubjectsOf(verb_));
    if (!grammar.object.empty()) {
      AddAll(grammar.object, objects);
      return;
    }
    for (const size_t noun : objects) AddLooseObject(grammar, noun);
  }

  // "ride a bicycle", where the template says "on {Instrument}".
  void AddLooseObject(const EventTemplate& grammar, size_t noun) {
    for (const auto& [preposition, role] : grammar.prepositions) {
      if (!FitsRole(type_, role, phrase(noun))) continue;
      AddArgument(role, phrase(noun), event_);
      return;
    }
  }

  void ReadPhrases(bool passive) {
    for (const PrepositionalPhrase& one : input_.clauses.PhrasesAfter(verb_)) {
      const Phrase& noun = phrase(one.noun);
      if (passive && one.preposition == "by" && FitsRole(type_, by_role_, noun)) {
        AddArgument(by_role_, noun, event_);
        continue;
      }
      AddArgument(RoleOfPreposition(type_, sense_.frames, one.preposition, noun), noun, event_);
    }
  }

  const RuleInput& input_;
  const size_t verb_;
  const size_t word_;
  const VerbSense& sense_;
  const EventType& type_;
  std::string by_role_;
  DraftEvent event_;
};

}  // namespace

bool IsSupport(const RuleInput& input, size_t verb) {
  const auto& phrases = input.clauses.phrases();
  if (!IsSupportVerb(input.words[phrases[verb].words.first].sense->lemma)) return false;
  const auto objects = input.clauses.ObjectsOf(verb);
  if (!objects.empty()) return phrases[objects.front()].event_type >= 0;
  const auto after = input.clauses.PhrasesAfter(verb);
  return !after.empty() && after.front().preposition == "in" &&
         phrases[after.front().noun].event_type >= 0;
}

std::vector<DraftEvent> VerbEvents(const RuleInput& input) {
  std::vector<DraftEvent> events;
  const auto& phrases = input.clauses.phrases();
  for (size_t i = 0; i < phrases.size(); ++i) {
    if (phrases[i].type != PhraseType::kVerb) continue;
    const VerbSense& sense = *input.words[phrases[i].words.first].sense;
    if (sense.type < 0 || IsSupport(input, i)) continue;
    events.push_back(VerbReader(input, i).Read());
  }
  return events;
}

}  // namespace imago
