#include <algorithm>
#include <numeric>

#include "embed/event_roles.h"
#include "embed/event_rules.h"

namespace imago {
namespace {

std::vector<int> AllFrames(const EventType& type) {
  std::vector<int> frames(type.frames.size());
  std::iota(frames.begin(), frames.end(), 0);
  return frames;
}

// The role of the one to whom it happens: the first object, else the first subject.
std::string PatientRole(const EventType& type) {
  for (const EventFrame& frame : type.frames) {
    if (!frame.grammar.object.empty()) return frame.grammar.object;
  }
  return type.frames.front().grammar.subject;
}

// One noun that tells of an event.
class NounReader {
 public:
  NounReader(const RuleInput& input, size_t noun, int type)
      : input_(input),
        noun_(noun),
        type_(input.lexicon.type(type)),
        subject_(type_.frames.front().grammar.subject),
        object_(type_.frames.front().grammar.object) {
    event_.type = type;
    event_.trigger = phrase(noun).words.last;
    event_.source = EventCue::kNoun;
  }

  DraftEvent Read() {
    ReadPhrases();
    ReadPossessor();
    ReadWordsBefore();
    if (!Has(subject_)) ReadActor();
    return std::move(event_);
  }

 private:
  const Phrase& phrase(size_t i) const { return input_.clauses.phrases()[i]; }

  bool Has(const std::string& role) const {
    return std::any_of(event_.arguments.begin(), event_.arguments.end(),
                       [&role](const DraftArgument& one) { return one.role == role; });
  }

  // "the arrest of a man", "a meeting of leaders".
  std::string RoleOfOwner(const Phrase& owner) const {
    if (FitsRole(type_, object_, owner)) return object_;
    return FitsRole(type_, subject_, owner) ? subject_ : "";
  }

  void ReadPhrases() {
    for (const PrepositionalPhrase& one : input_.clauses.PhrasesAfter(noun_)) {
      const Phrase& noun = phrase(one.noun);
      AddArgument(RoleOfPhrase(one.preposition, noun), noun, event_);
    }
  }

  std::string RoleOfPhrase(const std::string& preposition, const Phrase& noun) const {
    if (preposition == "of") return RoleOfOwner(noun);
    if (preposition == "by") return FitsRole(type_, subject_, noun) ? subject_ : "";
    if (preposition == "between") return FitsRole(type_, subject_, noun) ? subject_ : "";
    if ((preposition == "on" || preposition == "against") && !object_.empty() &&
        !MayBePlace(noun) && FitsRole(type_, object_, noun)) {
      return object_;
    }
    return RoleOfPreposition(type_, AllFrames(type_), preposition, noun);
  }

  Phrase PartOf(const WordRange& words) const {
    Phrase part;
    part.words = words;
    part.head = {words.last, words.last};
    part.last = words.last;
    part.name = input_.words[words.last].tag == Tag::kName;
    while (part.name && part.head.first > words.first &&
           input_.words[part.head.first - 1].tag == Tag::kName) {
      --part.head.first;
    }
    part.kind = KindOfNoun(input_.words[words.last].token->lower);
    return part;
  }

  void ReadPossessor() {
    if (!phrase(noun_).possessor) return;
    const Phrase owner = PartOf(*phrase(noun_).possessor);
    AddArgument(RoleOfOwner(owner), owner, event_);
  }

  // "swab test" is one word for the event.
  bool IsCompound(size_t before) const {
    const std::string both =
        input_.words[before].token->lower + " " + input_.words[before + 1].token->lower;
    return std::find(type_.nouns.begin(), type_.nouns.end(), both) != type_.nouns.end();
  }

  // "police raid", "bomb attack".
  void ReadWordsBefore() {
    const Phrase& whole = phrase(noun_);
    if (whole.possessor || whole.words.last == whole.words.first) return;
    const size_t before = whole.words.last - 1;
    if (input_.words[before].tag != Tag::kNoun) return;
    const Phrase part = PartOf({before, before});
    if (!part.kind || IsCompound(before)) return;
    const bool actor = part.kind == FillerKind::kPerson || part.kind == FillerKind::kOrganization;
    if (actor && FitsRole(type_, subject_, part)) {
      AddArgument(subject_, part, event_);
      return;
    }
    for (const EventRole& role : type_.roles) {
      if (role.name == "Place" || role.name == subject_ || !Fits(role, part)) continue;
      AddArgument(role.name, part, event_);
      return;
    }
  }

  // "X holds a rally", "X speaks during a rally".
  void ReadActor() {
    const size_t verb = input_.clauses.VerbBefore(noun_);
    if (verb == input_.clauses.phrases().size()) return;
    const std::string preposition = input_.clauses.PrepositionBefore(noun_);
    const bool along = preposition == "during" || preposition == "at" || preposition == "in";
    const bool support = IsSupport(input_, verb) && (preposition.empty() || preposition == "in");
    if (!along && !support) return;
    for (const size_t one : input_.clauses.SubjectsOf(verb)) {
      const Phrase& actor = phrase(one);
      const bool person = actor.kind == FillerKind::kPerson || actor.name ||
                          actor.kind == FillerKind::kOrganization || (support && !actor.kind);
      if (person && FitsRole(type_, subject_, actor)) AddArgument(subject_, actor, event_);
    }
  }

  const RuleInput& input_;
  const size_t noun_;
  const EventType& type_;
  const std::string subject_;
  const std::string object_;
  DraftEvent event_;
};

// "an injured man", "a former president".
DraftEvent EventBefore(const RuleInput& input, const Phrase& noun, size_t word, int type) {
  DraftEvent event;
  event.type = type;
  event.trigger = word;
  const bool participle = input.words[word].tag == Tag::kModifier;
  event.source = participle ? EventCue::kModifier : EventCue::kAdjective;
  const std::string patient = PatientRole(input.lexicon.type(type));
  if (FitsRole(input.lexicon.type(type), patient, noun) && noun.event_type < 0) {
    AddArgument(patient, noun, event);
  }
  return event;
}

// What the words of a noun phrase tell of, save its last.
void ReadInside(const RuleInput& input, const Phrase& noun, std::vector<DraftEvent>& events) {
  for (size_t word = noun.words.first; word <= noun.words.last; ++word) {
    const TaggedWord& tagged = input.words[word];
    const std::string& lower = tagged.token->lower;
    const int adjective = input.lexicon.AdjectiveType(lower);
    if (tagged.tag == Tag::kModifier) {
      if (tagged.sense->type >= 0) {
        events.push_back(EventBefore(input, noun, word, tagged.sense->type));
      }
    } else if (adjective >= 0) {
      events.push_back(EventBefore(input, noun, word, adjective));
    } else if (word < noun.words.last && tagged.tag == Tag::kNoun) {
      const std::string before = word > 0 ? input.words[word - 1].token->lower : "";
      const int type = input.lexicon.NounType(lower, before);
      if (type >= 0) events.push_back({type, word, EventCue::kNounBefore, {}, 0});
    }
  }
}

}  // namespace

std::vector<DraftEvent> NounEvents(const RuleInput& input) {
  std::vector<DraftEvent> events;
  const auto& phrases = input.clauses.phrases();
  for (size_t i = 0; i < phrases.size(); ++i) {
    if (phrases[i].type != PhraseType::kNoun) continue;
    ReadInside(input, phrases[i], events);
    if (phrases[i].event_type >= 0) {
      events.push_back(NounReader(input, i, phrases[i].event_type).Read());
    }
  }
  return events;
}

}  // namespace imago
