#include "embed/tagger_arguments.h"

#include <algorithm>
#include <utility>

namespace imago {
namespace {

bool Share(const WordRange& a, const WordRange& b) {
  return a.first <= b.last && b.first <= a.last;
}

}  // namespace

const Phrase* ArgumentPicker::PhraseOf(size_t word) const {
  const auto found =
      std::find_if(reading_.phrases.begin(), reading_.phrases.end(), [word](const Phrase& one) {
        return one.type == PhraseType::kNoun && one.words.first <= word && word <= one.words.last;
      });
  return found == reading_.phrases.end() ? nullptr : &*found;
}

DraftArgument ArgumentPicker::ArgumentAt(size_t word) const {
  if (rule_ != nullptr) {
    for (const DraftArgument& one : rule_->arguments) {
      if (one.head.last == word) return one;
    }
  }
  const Phrase* phrase = PhraseOf(word);
  if (phrase == nullptr) return {"", {word, word}, {word, word}};
  const bool holds_trigger =
      phrase->words.first <= event_.trigger && event_.trigger <= phrase->last;
  if (phrase->head.last == word && !holds_trigger) {
    return {"", {phrase->words.first, phrase->last}, phrase->head};
  }
  // A part of the phrase: "Brussels airport" of "the Brussels airport attack".
  DraftArgument part = {"", {word, word}, {word, word}};
  const auto may_belong = [this, word](size_t before) {
    const Tag tag = reading_.words[before].tag;
    const bool noun = tag == Tag::kNoun && reading_.words[word].tag == Tag::kNoun;
    return before != event_.trigger && (tag == Tag::kName || noun);
  };
  while (part.words.first > phrase->words.first && may_belong(part.words.first - 1)) {
    --part.words.first;
  }
  if (reading_.words[word].tag == Tag::kName) part.head = part.words;
  return part;
}

void ArgumentPicker::Add(const std::string& role, size_t word, double probability) {
  if (word == event_.trigger || !reading_.words[word].token->word) return;
  DraftArgument argument = ArgumentAt(word);
  argument.role = role;
  argument.confidence = probability;
  for (DraftArgument& known : event_.arguments) {
    if (!Share(known.head, argument.head)) continue;
    if (known.confidence < probability) known = std::move(argument);
    return;
  }
  event_.arguments.push_back(std::move(argument));
}

void ArgumentPicker::Sort() {
  std::sort(
      event_.arguments.begin(), event_.arguments.end(),
      [](const DraftArgument& a, const DraftArgument& b) { return a.head.last < b.head.last; });
}

void ArgumentPicker::AddOfRules(const DraftArgument& argument) {
  for (const DraftArgument& known : event_.arguments) {
    if (Share(known.head, argument.head)) return;
  }
  event_.arguments.push_back(argument);
}

}  // namespace imago
