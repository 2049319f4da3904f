#include "embed/eval_events.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>
#include <tuple>
#include <utility>

#include "embed/event_tokens.h"
#include "embed/event_words.h"

namespace imago {
namespace {

using Trigger = std::pair<std::string, std::string>;                 // type, word
using RoleOfType = std::pair<std::string, std::string>;              // type, role
using Argument = std::tuple<std::string, std::string, std::string>;  // type, role, word

double Ratio(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Words of letters, digits and signs inside, lower case.
std::vector<std::string> WordsOf(const std::string& text) {
  std::vector<std::string> words;
  for (const TextSentence& sentence : ReadSentences(text)) {
    for (const TextToken& token : sentence) {
      if (token.word && token.lower != "'s") words.push_back(token.lower);
    }
  }
  return words;
}

std::string LastWord(const std::string& text) {
  const std::vector<std::string> words = WordsOf(text);
  return words.empty() ? LowerAscii(text) : words.back();
}

std::string TypeName(const EventOntology* ontology, const std::string& type) {
  const EventType* found = ontology == nullptr ? nullptr : ontology->Find(type);
  return found == nullptr ? type : found->name;
}

std::string RoleName(const EventOntology& ontology, const std::string& type,
                     const std::string& role) {
  const EventType* found = ontology.Find(type);
  const EventRole* known = found == nullptr ? nullptr : found->FindRole(role);
  return known == nullptr ? role : known->name;
}

bool StandsIn(const std::string& phrase, const std::vector<std::string>& words) {
  const std::vector<std::string> wanted = WordsOf(phrase);
  return std::search(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end();
}

template <typename T>
void Count(const std::multiset<T>& found, const std::multiset<T>& reference, MatchCounts& counts) {
  std::vector<T> both;
  std::set_intersection(found.begin(), found.end(), reference.begin(), reference.end(),
                        std::back_inserter(both));
  counts.right += both.size();
  counts.found += found.size();
  counts.reference += reference.size();
}

// What one sentence says, in the matcher's terms.
struct Facts {
  std::multiset<Trigger> triggers;
  std::multiset<Argument> arguments;

  void AddArgument(Argument argument) {
    if (arguments.count(argument) == 0) arguments.insert(std::move(argument));
  }
};

Facts FactsOf(const ReferenceSentence& sentence, const EventOntology& ontology) {
  Facts facts;
  const std::vector<std::string> words = WordsOf(sentence.text);
  for (const NewsEvent& event : sentence.events) {
    const std::string type = TypeName(&ontology, event.type);
    facts.triggers.emplace(type, LowerAscii(event.trigger));
    for (const NewsArgument& argument : event.arguments) {
      if (!StandsIn(argument.text, words)) continue;
      facts.AddArgument(
          {type, RoleName(ontology, event.type, argument.role), LastWord(argument.text)});
    }
  }
  return facts;
}

// What stands after the last hyphen: the corpus takes hyphens for words of their own.
std::string TriggerWord(const std::string& trigger) {
  const std::string lower = LowerAscii(trigger);
  return lower.substr(lower.rfind('-') + 1);
}

Facts FactsOf(const std::vector<Event>& events, const std::set<std::string>& types,
              const std::set<RoleOfType>& roles) {
  Facts facts;
  for (const Event& event : events) {
    if (types.count(event.type) == 0) continue;
    facts.triggers.emplace(event.type, TriggerWord(event.trigger));
    for (const EventArgument& argument : event.arguments) {
      if (roles.count({event.type, argument.role}) == 0) continue;
      facts.AddArgument({event.type, argument.role, LastWord(argument.head)});
    }
  }
  return facts;
}

// Words of the published text, with what they were triggers of.
struct WordUse {
  uint64_t places = 0;
  uint64_t triggers = 0;
  std::map<std::string, uint64_t> types;
};

std::vector<std::string> PublishedWords(const std::string& text) {
  std::istringstream in(LowerAscii(text));
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

std::map<std::string, std::string> LearnWordList(const std::vector<NewsSentence>& sentences,
                                                 const EventOntology* ontology) {
  std::map<std::string, WordUse> uses;
  for (const NewsSentence& sentence : sentences) {
    for (const std::string& word : PublishedWords(sentence.words)) ++uses[word].places;
    for (const NewsEvent& event : sentence.events) {
      WordUse& use = uses[LowerAscii(event.trigger)];
      ++use.triggers;
      ++use.types[TypeName(ontology, event.type)];
    }
  }
  std::map<std::string, std::string> list;
  for (const auto& [word, use] : uses) {
    if (use.triggers == 0 || 2 * use.triggers < use.places) continue;
    list[word] =
        std::max_element(use.types.begin(), use.types.end(), [](const auto& a, const auto& b) {
          return a.second < b.second;
        })->first;
  }
  return list;
}

}  // namespace

double MatchCounts::precision() const { return Ratio(right, found); }
double MatchCounts::recall() const { return Ratio(right, reference); }
double MatchCounts::f1() const { return Ratio(2 * right, found + reference); }
Interval MatchCounts::precision_interval() const { return WilsonInterval(precision(), found); }
Interval MatchCounts::recall_interval() const { return WilsonInterval(recall(), reference); }
Interval MatchCounts::f1_interval() const { return WilsonInterval(f1(), (found + reference) / 2); }

absl::StatusOr<EventScores> ScoreEvents(const EventExtractor& extractor,
                                        const std::vector<ReferenceSentence>& sentences) {
  std::set<std::string> types;
  std::set<RoleOfType> roles;
  for (const ReferenceSentence& sentence : sentences) {
    for (const NewsEvent& event : sentence.events) {
      const std::string type = TypeName(&extractor.ontology(), event.type);
      types.insert(type);
      for (const NewsArgument& argument : event.arguments) {
        roles.emplace(type, RoleName(extractor.ontology(), event.type, argument.role));
      }
    }
  }
  EventScores scores;
  scores.sentences = sentences.size();
  for (const ReferenceSentence& sentence : sentences) {
    const auto events = extractor.Extract(TextContent{sentence.text});
    if (!events.ok()) return events.status();
    const Facts reference = FactsOf(sentence, extractor.ontology());
    const Facts found = FactsOf(*events, types, roles);
    Count(found.triggers, reference.triggers, scores.triggers);
    Count(found.arguments, reference.arguments, scores.arguments);
    if (!sentence.events.empty()) continue;
    ++scores.without;
    scores.without_right += found.triggers.empty() ? 1 : 0;
  }
  return scores;
}

std::vector<ReferenceSentence> ReferenceOf(const std::vector<NewsSentence>& sentences) {
  std::vector<ReferenceSentence> out;
  for (const NewsSentence& one : sentences) out.push_back({one.text, one.events});
  return out;
}

MatchCounts ScoreWordList(const NewsCaptions& captions, const EventOntology* ontology) {
  const std::map<std::string, std::string> list = LearnWordList(captions.known, ontology);
  MatchCounts counts;
  for (const NewsSentence& sentence : captions.held) {
    std::multiset<Trigger> found;
    for (const std::string& word : PublishedWords(sentence.words)) {
      if (const auto known = list.find(word); known != list.end()) {
        found.emplace(known->second, word);
      }
    }
    std::multiset<Trigger> reference;
    for (const NewsEvent& event : sentence.events) {
      reference.emplace(TypeName(ontology, event.type), LowerAscii(event.trigger));
    }
    Count(found, reference, counts);
  }
  return counts;
}

}  // namespace imago
