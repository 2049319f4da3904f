#include "embed/tagger_examples.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "embed/event_tokens.h"
#include "embed/event_words.h"

namespace imago {
namespace {

constexpr int kLeastPlaces = 3;
constexpr int kLeastEvents = 10;
constexpr int kLeastFillers = 5;

bool IsCounted(const TextToken& token) { return token.word && token.lower != "'s"; }

// As the corpus takes hyphens for words of their own.
std::string LastPart(const std::string& lower) { return lower.substr(lower.rfind('-') + 1); }

// The numbers of the tokens that are words.
std::vector<size_t> CountedWords(const TextSentence& sentence) {
  std::vector<size_t> words;
  for (size_t i = 0; i < sentence.size(); ++i) {
    if (IsCounted(sentence[i])) words.push_back(i);
  }
  return words;
}

// The last words of all places of the phrase.
std::vector<size_t> PlacesOf(const std::string& phrase, const TextSentence& sentence) {
  std::vector<std::string> wanted;
  for (const TextSentence& one : ReadSentences(phrase)) {
    for (const TextToken& token : one) {
      if (IsCounted(token)) wanted.push_back(token.lower);
    }
  }
  std::vector<size_t> places;
  if (wanted.empty()) return places;
  const std::vector<size_t> words = CountedWords(sentence);
  for (size_t i = 0; i + wanted.size() <= words.size(); ++i) {
    const bool same =
        std::equal(wanted.begin(), wanted.end(), words.begin() + static_cast<std::ptrdiff_t>(i),
                   [&sentence](const std::string& a, size_t b) { return a == sentence[b].lower; });
    if (same) places.push_back(words[i + wanted.size() - 1]);
  }
  return places;
}

size_t Away(size_t a, size_t b) { return a > b ? a - b : b - a; }

// The events of one text, taken one by one as their triggers are met.
class EventsLeft {
 public:
  EventsLeft(const ReferenceSentence& text, const EventOntology& ontology) {
    for (const NewsEvent& event : text.events) {
      const EventType* type = ontology.Find(event.type);
      if (type != nullptr) left_.emplace(LowerAscii(event.trigger), std::pair(type, &event));
    }
    for (const auto& [word, event] : left_) ++triggers_[word];
  }

  struct Taken {
    const EventType* type = nullptr;
    const NewsEvent* event = nullptr;
  };
  Taken Take(const std::string& word) {
    const auto found = left_.find(word);
    if (found == left_.end()) return {};
    const Taken taken = {found->second.first, found->second.second};
    left_.erase(found);
    return taken;
  }
  // Whether the word is a trigger anywhere in the text.
  bool IsTrigger(const std::string& word) const { return triggers_.count(word) > 0; }

 private:
  std::multimap<std::string, std::pair<const EventType*, const NewsEvent*>> left_;
  std::map<std::string, int> triggers_;
};

class ExampleMaker {
 public:
  ExampleMaker(const EventLexicon& lexicon, const TaggerNames& names, const PieceReader* pieces)
      : lexicon_(lexicon), names_(names), pieces_(pieces) {}

  TaggerExample Make(const TextSentence& sentence, EventsLeft& events) const {
    const RuleReading reading = ReadByRules(sentence, lexicon_);
    TaggerExample example;
    example.words = FeaturesOf(reading, lexicon_, names_);
    if (pieces_ != nullptr) example.pieces = pieces_->Read(reading.words);
    example.types.assign(sentence.size(), 0);
    for (size_t i = 0; i < sentence.size(); ++i) {
      const std::string word = LastPart(sentence[i].lower);
      if (!sentence[i].word) continue;
      const EventsLeft::Taken taken = events.Take(word);
      if (taken.type == nullptr) {
        if (events.IsTrigger(word)) example.types[i] = kNotLearned;
        continue;
      }
      example.types[i] = names_.Type(taken.type->name);
      if (example.types[i] > 0) example.triggers.push_back(Trigger(reading, sentence, i, taken));
    }
    return example;
  }

 private:
  TriggerExample Trigger(const RuleReading& reading, const TextSentence& sentence, size_t word,
                         const EventsLeft::Taken& taken) const {
    TriggerExample trigger;
    trigger.word = word;
    trigger.type = names_.Type(taken.type->name);
    trigger.rule_roles = RuleRoles(reading, word, names_);
    for (const TextToken& token : sentence) trigger.roles.push_back(token.word ? 0 : kNotLearned);
    for (const NewsArgument& argument : taken.event->arguments) {
      const EventRole* known = taken.type->FindRole(argument.role);
      const int role = known == nullptr ? 0 : names_.Role(known->name);
      if (!names_.TypeHasRole(static_cast<int>(trigger.type), role)) continue;
      SetRole(PlacesOf(argument.text, sentence), role, trigger);
    }
    trigger.roles[word] = kNotLearned;
    return trigger;
  }

  static void SetRole(const std::vector<size_t>& places, int role, TriggerExample& trigger) {
    if (places.empty()) return;
    const size_t nearest = *std::min_element(places.begin(), places.end(), [&](size_t a, size_t b) {
      return Away(a, trigger.word) < Away(b, trigger.word);
    });
    for (const size_t place : places) {
      if (trigger.roles[place] <= 0) trigger.roles[place] = kNotLearned;
    }
    trigger.roles[nearest] = role;
  }

  const EventLexicon& lexicon_;
  const TaggerNames& names_;
  const PieceReader* pieces_;
};

}  // namespace

TaggerConfig LearnTaggerNames(const std::vector<ReferenceSentence>& texts,
                              const EventOntology& ontology) {
  std::map<std::string, int> places;
  std::map<std::string, int> events;
  std::map<std::pair<std::string, std::string>, int> fillers;
  for (const ReferenceSentence& text : texts) {
    for (const TextSentence& sentence : ReadSentences(text.text)) {
      for (const TextToken& token : sentence) ++places[token.lower];
    }
    for (const NewsEvent& event : text.events) {
      const EventType* type = ontology.Find(event.type);
      if (type == nullptr) continue;
      ++events[type->name];
      for (const NewsArgument& argument : event.arguments) {
        const EventRole* role = type->FindRole(argument.role);
        if (role != nullptr) ++fillers[{type->name, role->name}];
      }
    }
  }
  TaggerConfig config;
  for (const auto& [word, count] : places) {
    if (count >= kLeastPlaces) config.words.push_back(word);
  }
  for (const EventType& type : ontology.types()) {
    config.ontology.push_back(type.name);
    if (events[type.name] < kLeastEvents) continue;
    TaggedType learned = {type.name, {}};
    for (const EventRole& role : type.roles) {
      if (fillers[{type.name, role.name}] >= kLeastFillers) learned.roles.push_back(role.name);
    }
    config.types.push_back(std::move(learned));
  }
  return config;
}

std::vector<TaggerExample> MakeTaggerExamples(const std::vector<ReferenceSentence>& texts,
                                              const EventLexicon& lexicon,
                                              const EventOntology& ontology,
                                              const TaggerNames& names, const PieceReader* pieces) {
  const ExampleMaker maker(lexicon, names, pieces);
  std::vector<TaggerExample> examples;
  for (const ReferenceSentence& text : texts) {
    EventsLeft events(text, ontology);
    for (const TextSentence& sentence : ReadSentences(text.text)) {
      examples.push_back(maker.Make(sentence, events));
    }
  }
  return examples;
}

}  // namespace imago
