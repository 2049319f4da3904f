#include "embed/event_lexicon.h"

#include <algorithm>
#include <sstream>

#include "embed/event_verbs.h"
#include "embed/event_words.h"

namespace imago {
namespace {

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  std::istringstream in{std::string(text)};
  for (std::string word; in >> word;) words.push_back(LowerAscii(word));
  return words;
}

}  // namespace

EventLexicon::EventLexicon(const EventOntology& ontology) : ontology_(ontology) {
  for (size_t i = 0; i < ontology.types().size(); ++i) {
    const EventType& type = ontology.types()[i];
    for (size_t frame = 0; frame < type.frames.size(); ++frame) {
      for (const std::string& verb : type.frames[frame].verbs) {
        AddVerb(verb, static_cast<int>(i), static_cast<int>(frame));
      }
    }
    for (const std::string& noun : type.nouns) AddNoun(noun, static_cast<int>(i));
    for (const std::string& adjective : type.adjectives) {
      adjectives_.emplace(LowerAscii(adjective), static_cast<int>(i));
    }
  }
  for (const std::string& verb : Words(PlainVerbs())) AddVerb(verb, -1, 0);
  for (auto& [word, senses] : verbs_) {
    std::stable_sort(senses.begin(), senses.end(), [](const VerbSense& a, const VerbSense& b) {
      return a.after.size() > b.after.size();
    });
  }
}

void EventLexicon::AddVerb(const std::string& verb, int type, int frame) {
  std::vector<std::string> after = Words(verb);
  if (after.empty()) return;
  const std::string lemma = after.front();
  after.erase(after.begin());
  for (const InflectedVerb& form : InflectVerb(lemma)) {
    std::vector<VerbSense>& senses = verbs_[form.word];
    const auto known = std::find_if(senses.begin(), senses.end(), [&](const VerbSense& sense) {
      return sense.type == type && sense.lemma == lemma && sense.after == after;
    });
    if (known == senses.end()) {
      senses.push_back({lemma, form.forms, type, {frame}, after});
    } else {
      known->frames.push_back(frame);
    }
  }
}

void EventLexicon::AddNoun(const std::string& noun, int type) {
  const std::string lower = LowerAscii(noun);
  nouns_.emplace(lower, type);
  if (!IsPlural(lower)) nouns_.emplace(Plural(lower), type);
}

const std::vector<VerbSense>& EventLexicon::VerbsAt(std::string_view lower) const {
  static const std::vector<VerbSense> none;
  const auto found = verbs_.find(std::string(lower));
  return found == verbs_.end() ? none : found->second;
}

int EventLexicon::NounType(std::string_view lower, std::string_view before) const {
  std::string both(before);
  both.append(" ").append(lower);
  if (const auto found = nouns_.find(both); found != nouns_.end()) return found->second;
  const auto found = nouns_.find(std::string(lower));
  return found == nouns_.end() ? -1 : found->second;
}

int EventLexicon::AdjectiveType(std::string_view lower) const {
  const auto found = adjectives_.find(std::string(lower));
  return found == adjectives_.end() ? -1 : found->second;
}

}  // namespace imago
