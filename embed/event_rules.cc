#include "embed/event_rules.h"

#include <algorithm>

#include "embed/event_extractor.h"
#include "embed/event_roles.h"
#include "fmt/format.h"

namespace imago {

double EventConfidence(EventCue source) {
  switch (source) {
    case EventCue::kVerb:
      return 0.7;
    case EventCue::kParticiple:
      return 0.55;
    case EventCue::kNoun:
      return 0.8;
    case EventCue::kNounBefore:
      return 0.55;
    case EventCue::kModifier:
      return 0.6;
    case EventCue::kAdjective:
      return 0.65;
  }
  return 0;
}

void AddArgument(const std::string& role, const Phrase& phrase, DraftEvent& event) {
  if (role.empty()) return;
  for (const DraftArgument& known : event.arguments) {
    if (known.role == role && role == "Place") return;
    if (known.words.first <= phrase.last && phrase.words.first <= known.words.last) return;
  }
  event.arguments.push_back({role, {phrase.words.first, phrase.last}, phrase.head});
}

void AddPlace(const RuleInput& input, DraftEvent& event) {
  const EventRole* place = input.lexicon.type(event.type).FindRole("Place");
  if (place == nullptr) return;
  const auto has_place = [&](const DraftArgument& one) { return one.role == place->name; };
  if (std::any_of(event.arguments.begin(), event.arguments.end(), has_place)) return;
  const auto& phrases = input.clauses.phrases();
  const Phrase* before = nullptr;
  for (size_t i = 0; i < phrases.size(); ++i) {
    if (phrases[i].type != PhraseType::kNoun || !MayBePlace(phrases[i])) continue;
    const std::string preposition = input.clauses.PrepositionBefore(i);
    const bool known = phrases[i].name || phrases[i].kind == FillerKind::kPlace;
    if (!known || !IsPlacePreposition(preposition) || preposition == "by") continue;
    if (phrases[i].words.first > event.trigger) {
      AddArgument(place->name, phrases[i], event);
      if (std::any_of(event.arguments.begin(), event.arguments.end(), has_place)) return;
    } else {
      before = &phrases[i];
    }
  }
  if (before != nullptr) AddArgument(place->name, *before, event);
}

RuleReading ReadByRules(const TextSentence& sentence, const EventLexicon& lexicon) {
  RuleReading reading;
  reading.words = TagSentence(sentence, lexicon);
  reading.phrases = ReadPhrases(reading.words, lexicon);
  const Clauses clauses(reading.words, reading.phrases);
  const RuleInput input = {reading.words, lexicon, clauses};
  reading.drafts = VerbEvents(input);
  for (DraftEvent& draft : NounEvents(input)) reading.drafts.push_back(std::move(draft));
  std::stable_sort(reading.drafts.begin(), reading.drafts.end(),
                   [](const DraftEvent& a, const DraftEvent& b) { return a.trigger < b.trigger; });
  for (DraftEvent& draft : reading.drafts) {
    AddPlace(input, draft);
    draft.confidence = EventConfidence(draft.source) * (draft.arguments.empty() ? 0.75 : 1.0);
  }
  return reading;
}

namespace {

// Without articles and such at the start.
WordRange Bare(const std::vector<TaggedWord>& words, WordRange range) {
  while (range.first < range.last && (words[range.first].tag == Tag::kDeterminer ||
                                      words[range.first].tag == Tag::kPossessive)) {
    ++range.first;
  }
  return range;
}

TextSpan SpanOf(const std::vector<TaggedWord>& words, const WordRange& range) {
  return {words[range.first].token->span.begin, words[range.last].token->span.end};
}

std::string Cut(const std::string& text, const TextSpan& span) {
  return text.substr(span.begin, span.end - span.begin);
}

class RuleExtractor : public EventExtractor {
 public:
  explicit RuleExtractor(EventOntology ontology)
      : ontology_(std::move(ontology)), lexicon_(ontology_) {}

  std::string name() const override { return "rules"; }
  const EventOntology& ontology() const override { return ontology_; }

  absl::StatusOr<std::vector<Event>> Extract(const Content& content) const override {
    const auto text = TextOfEvents(content);
    if (!text.ok()) return text.status();
    std::vector<Event> events;
    for (const TextSentence& sentence : ReadSentences(**text)) {
      const RuleReading reading = ReadByRules(sentence, lexicon_);
      for (const DraftEvent& draft : reading.drafts) {
        events.push_back(FinishEvent(**text, reading.words, lexicon_, draft));
      }
    }
    return events;
  }

 private:
  const EventOntology ontology_;
  const EventLexicon lexicon_;
};

}  // namespace

Event FinishEvent(const std::string& text, const std::vector<TaggedWord>& words,
                  const EventLexicon& lexicon, const DraftEvent& draft) {
  Event event;
  event.type = lexicon.type(draft.type).name;
  event.trigger_span = words[draft.trigger].token->span;
  event.trigger = Cut(text, event.trigger_span);
  event.confidence = draft.confidence;
  for (const DraftArgument& one : draft.arguments) {
    EventArgument argument;
    argument.role = one.role;
    argument.span = SpanOf(words, Bare(words, one.words));
    argument.head_span = SpanOf(words, one.head);
    argument.filler = Cut(text, argument.span);
    argument.head = Cut(text, argument.head_span);
    argument.confidence = one.confidence;
    event.arguments.push_back(std::move(argument));
  }
  return event;
}

absl::StatusOr<const std::string*> TextOfEvents(const Content& content) {
  const auto* text = std::get_if<TextContent>(&content);
  if (text == nullptr) return absl::UnimplementedError("events are read from text only");
  if (text->text.size() > kMaxEventTextBytes) {
    return absl::InvalidArgumentError(fmt::format("a text may have {} bytes, this has {}",
                                                  kMaxEventTextBytes, text->text.size()));
  }
  return &text->text;
}

std::unique_ptr<EventExtractor> NewRuleExtractor(EventOntology ontology) {
  return std::make_unique<RuleExtractor>(std::move(ontology));
}

}  // namespace imago
