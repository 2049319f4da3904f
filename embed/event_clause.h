#ifndef IMAGO_EMBED_EVENT_CLAUSE_H_
#define IMAGO_EMBED_EVENT_CLAUSE_H_

// Where the subject, the object and the prepositional phrases of a verb stand in a sentence.
// Numbers are those of phrases.

#include <string>
#include <vector>

#include "embed/event_phrases.h"

namespace imago {

struct PrepositionalPhrase {
  std::string preposition;  // lower case
  size_t noun = 0;
};

class Clauses {
 public:
  // Both outlive it.
  Clauses(const std::vector<TaggedWord>& words, const std::vector<Phrase>& phrases)
      : words_(words), phrases_(phrases) {}

  // What stands before a verb, whatever that means for it (of a passive the one who suffers).
  // Coordinated phrases are all named; none when there is no subject.
  std::vector<size_t> SubjectsOf(size_t verb) const;
  // Those after an active verb without a preposition.
  std::vector<size_t> ObjectsOf(size_t verb) const;
  // After the phrase (a verb, or a noun) and its objects, as far as they can belong to it.
  std::vector<PrepositionalPhrase> PhrasesAfter(size_t phrase) const;
  // Noun phrases joined to this one by "and" and commas, itself the first; those before `end`.
  std::vector<size_t> Coordinated(size_t noun, size_t end) const;
  // The finite verb of the clause that a noun stands in, before it; phrases().size() when none.
  size_t VerbBefore(size_t noun) const;
  // The preposition before a noun phrase, lower case; empty when there is none.
  std::string PrepositionBefore(size_t noun) const;

  const std::vector<Phrase>& phrases() const { return phrases_; }
  const std::string& Lower(size_t word) const { return words_[word].token->lower; }
  VerbUse Use(size_t verb) const { return words_[phrases_[verb].words.first].use; }

 private:
  PhraseType Type(size_t i) const {
    return i < phrases_.size() ? phrases_[i].type : PhraseType::kBreak;
  }
  bool IsReduced(size_t verb) const;
  bool IsFreeNoun(size_t i) const;
  // The verb that a following verb shares its subject with.
  size_t VerbJoined(size_t verb) const;
  std::vector<size_t> SharedSubject(size_t verb) const;
  bool IsInRelative(size_t verb) const;
  bool IsPerson(size_t noun) const;
  size_t Outermost(size_t noun) const;
  std::vector<size_t> FiniteSubject(size_t verb) const;
  // Of the clause that goes on at phrase i and ends with the verb.
  std::vector<size_t> FirstFreeNoun(size_t i, size_t verb) const;
  // Of a participle that stands right after the noun.
  std::vector<size_t> SubjectBeside(size_t noun, size_t verb) const;
  std::vector<size_t> ReducedSubject(size_t verb) const;
  std::vector<size_t> Antecedent(size_t relative) const;
  bool StartsClause(size_t noun) const;

  const std::vector<TaggedWord>& words_;
  const std::vector<Phrase>& phrases_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_CLAUSE_H_
