#ifndef IMAGO_EMBED_EVENT_LEXICON_H_
#define IMAGO_EMBED_EVENT_LEXICON_H_

// The words of an ontology, looked up as they stand in a text.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "embed/event_ontology.h"

namespace imago {

// What a word may be as a verb.
struct VerbSense {
  std::string lemma;  // one word
  unsigned forms = 0;
  int type = -1;                   // number of the ontology's type, -1: tells of no event
  std::vector<int> frames;         // of the type, in their order
  std::vector<std::string> after;  // words that must follow ("hand" of "shake hand")
};

class EventLexicon {
 public:
  // The ontology outlives the lexicon.
  explicit EventLexicon(const EventOntology& ontology);

  // Verbs with words that follow come first, the longest first; then in the ontology's order; last
  // the verbs that tell of no event.
  const std::vector<VerbSense>& VerbsAt(std::string_view lower) const;
  // The type of an event's noun or adjective, -1 when it is none. `before` is the word before it.
  int NounType(std::string_view lower, std::string_view before) const;
  int AdjectiveType(std::string_view lower) const;
  const EventType& type(int number) const { return ontology_.types()[number]; }

 private:
  void AddVerb(const std::string& verb, int type, int frame);
  void AddNoun(const std::string& noun, int type);

  const EventOntology& ontology_;
  std::unordered_map<std::string, std::vector<VerbSense>> verbs_;
  std::unordered_map<std::string, int> nouns_;
  std::unordered_map<std::string, int> adjectives_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_LEXICON_H_
