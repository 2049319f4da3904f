#ifndef IMAGO_EMBED_TAGGER_ARGUMENTS_H_
#define IMAGO_EMBED_TAGGER_ARGUMENTS_H_

// From words that have a role to the phrases that they are the heads of.

#include <string>

#include "embed/event_rules.h"

namespace imago {

// Adds arguments to an event, the words of each in one argument only.
class ArgumentPicker {
 public:
  // All outlive it; `rule` is what the rules read at the event's trigger, maybe null.
  ArgumentPicker(const RuleReading& reading, const DraftEvent* rule, DraftEvent& event)
      : reading_(reading), rule_(rule), event_(event) {}

  // `word` is the last of the argument's head. Of two arguments that share words the more probable
  // one stays. The trigger and signs are no arguments.
  void Add(const std::string& role, size_t word, double probability);
  // As the rules read it, unless its head is an argument already.
  void AddOfRules(const DraftArgument& argument);
  // In the order of the sentence.
  void Sort();

 private:
  DraftArgument ArgumentAt(size_t word) const;
  const Phrase* PhraseOf(size_t word) const;

  const RuleReading& reading_;
  const DraftEvent* rule_;
  DraftEvent& event_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TAGGER_ARGUMENTS_H_
