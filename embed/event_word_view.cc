#include "embed/event_word_view.h"

#include <algorithm>
#include <cctype>

#include "embed/event_verbs.h"

namespace imago {

WordClass WordView::Class(size_t i) const {
  if (Past(i)) return WordClass::kNone;
  const WordClass found = ClassOf(token(i).lower);
  if (token(i).lower == "march" || token(i).lower == "may") {
    if (IsMonth(i)) return WordClass::kTime;
    if (found == WordClass::kTime) return WordClass::kNone;
  }
  const bool name =
      token(i).capital && i > 0 && (found == WordClass::kModal || found == WordClass::kAdverb);
  return name ? WordClass::kNone : found;
}

bool WordView::IsMonth(size_t i) const {
  if (!token(i).capital) return false;
  const auto number = [this](size_t k) {
    return k < sentence_.size() && std::isdigit(static_cast<unsigned char>(token(k).text[0])) != 0;
  };
  if (number(i + 1) || (i + 1 < sentence_.size() && !token(i + 1).word && number(i + 2))) {
    return true;
  }
  return i > 0 && (number(i - 1) || token(i - 1).lower == "in" || token(i - 1).lower == "since");
}

bool WordView::StandsAlone(size_t at) const {
  if (Past(at + 1)) return true;
  const WordClass next = Class(at + 1);
  if (next == WordClass::kRelative || next == WordClass::kPreposition) return true;
  const VerbSense* sense = SenseAt(at + 1);
  const WordClass after = Class(at + 2);
  return sense != nullptr && (sense->forms & (kParticipleForm | kGerundForm)) != 0 &&
         (Past(at + 2) || after == WordClass::kPreposition || after == WordClass::kDeterminer);
}

bool WordView::OpensClause(size_t at) const {
  for (size_t i = at + 1; i < sentence_.size(); ++i) {
    if (!token(i).word) return false;
    const WordClass word_class = Class(i);
    if (word_class == WordClass::kBe || word_class == WordClass::kHave ||
        word_class == WordClass::kModal) {
      return i > at + 1;
    }
    if (word_class == WordClass::kPreposition || word_class == WordClass::kTo) return false;
    const VerbSense* sense = SenseAt(i);
    if (sense != nullptr && i > at + 1 && !token(i).capital &&
        (sense->forms & (kGerundForm | kBaseForm)) == 0 &&
        lexicon_.NounType(token(i).lower, "") < 0) {
      const WordClass before = Class(i - 1);
      return before != WordClass::kDeterminer && before != WordClass::kPossessive;
    }
  }
  return false;
}

bool WordView::IsKnown(size_t i) const {
  const std::string& lower = token(i).lower;
  return SenseAt(i) != nullptr || KindOfNoun(lower).has_value() ||
         lexicon_.NounType(lower, "") >= 0 || lexicon_.AdjectiveType(lower) >= 0 ||
         (IsPlural(lower) && (i + 1 >= sentence_.size() || !token(i + 1).capital));
}

bool WordView::IsNounAt(size_t i) const {
  const std::string& lower = token(i).lower;
  return lexicon_.NounType(lower, "") >= 0 || KindOfNoun(lower).has_value();
}

bool WordView::IsAdverb(const std::string& lower) {
  return lower.size() > 4 && lower.ends_with("ly") && !KindOfNoun(lower) && lower != "family" &&
         lower != "assembly" && lower != "ally" && lower != "rally";
}

const VerbSense* WordView::SenseAt(size_t i) const {
  for (const VerbSense& sense : lexicon_.VerbsAt(token(i).lower)) {
    size_t j = i + 1;
    const auto follows = [&](const std::string& wanted) {
      if (j >= sentence_.size()) return false;
      const std::string& lower = token(j++).lower;
      return lower == wanted || (lower.size() == wanted.size() + 1 && lower.ends_with('s') &&
                                 lower.starts_with(wanted));
    };
    if (std::all_of(sense.after.begin(), sense.after.end(), follows)) return &sense;
  }
  return nullptr;
}

bool WordView::ObjectFollows(size_t at) const {
  size_t i = at + 1;
  while (!Past(i) && (Class(i) == WordClass::kAdverb || Class(i) == WordClass::kNot)) ++i;
  if (Past(i) || !token(i).word || token(i).quoted) return false;
  switch (Class(i)) {
    case WordClass::kDeterminer:
    case WordClass::kPossessive:
    case WordClass::kPronoun:
    case WordClass::kNumber:
    case WordClass::kAdjective:
      return true;
    case WordClass::kNone:
      return !IsAdverb(token(i).lower);
    default:
      return false;
  }
}

bool WordView::DeterminerFollows(size_t at) const {
  const WordClass next = Class(at + 1);
  return next == WordClass::kDeterminer || next == WordClass::kPossessive ||
         next == WordClass::kPronoun || next == WordClass::kNumber ||
         (!Past(at + 1) && token(at + 1).capital && next == WordClass::kNone);
}

bool WordView::NounFollows(size_t at) const {
  return !Past(at + 1) && token(at + 1).word && !token(at + 1).quoted &&
         (Class(at + 1) == WordClass::kNone || Class(at + 1) == WordClass::kAdjective);
}

bool WordView::HasObject(const VerbSense& sense) const {
  if (sense.type < 0) return true;
  const EventType& type = lexicon_.type(sense.type);
  return std::any_of(sense.frames.begin(), sense.frames.end(),
                     [&type](int frame) { return !type.frames[frame].grammar.object.empty(); });
}

bool WordView::NeedsNoObject(const VerbSense& sense) const {
  if (sense.type < 0) return true;
  const EventType& type = lexicon_.type(sense.type);
  return std::any_of(sense.frames.begin(), sense.frames.end(),
                     [&type](int frame) { return type.frames[frame].grammar.object.empty(); });
}

bool WordView::PastVerbJoined(size_t at) const {
  if (Class(at + 1) != WordClass::kConjunction || Past(at + 2)) return false;
  const VerbSense* other = SenseAt(at + 2);
  return other != nullptr && (other->forms & kPastForm) != 0;
}

}  // namespace imago
