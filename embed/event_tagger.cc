#include "embed/event_tagger.h"

#include <algorithm>
#include <cctype>

#include "embed/event_verbs.h"

namespace imago {
namespace {

bool IsQuantified(Tag tag) {
  return tag == Tag::kDeterminer || tag == Tag::kPossessive || tag == Tag::kAdjective ||
         tag == Tag::kNumber || tag == Tag::kModifier;
}

bool IsNominal(Tag tag) { return tag == Tag::kNoun || tag == Tag::kName || tag == Tag::kPronoun; }

Tag TagOf(WordClass word_class) {
  switch (word_class) {
    case WordClass::kDeterminer:
      return Tag::kDeterminer;
    case WordClass::kPossessive:
      return Tag::kPossessive;
    case WordClass::kPronoun:
      return Tag::kPronoun;
    case WordClass::kPreposition:
      return Tag::kPreposition;
    case WordClass::kTo:
      return Tag::kTo;
    case WordClass::kConjunction:
      return Tag::kConjunction;
    case WordClass::kClauseStart:
      return Tag::kClauseStart;
    case WordClass::kRelative:
      return Tag::kRelative;
    case WordClass::kBe:
    case WordClass::kHave:
    case WordClass::kDo:
    case WordClass::kModal:
      return Tag::kAuxiliary;
    case WordClass::kNot:
    case WordClass::kAdverb:
      return Tag::kAdverb;
    case WordClass::kNumber:
      return Tag::kNumber;
    case WordClass::kTime:
      return Tag::kTime;
    case WordClass::kAdjective:
      return Tag::kAdjective;
    case WordClass::kNone:
      break;
  }
  return Tag::kNoun;
}

class Tagger {
 public:
  Tagger(const TextSentence& sentence, const EventLexicon& lexicon)
      : sentence_(sentence), lexicon_(lexicon) {
    for (const TextToken& token : sentence) words_.push_back({&token});
  }

  std::vector<TaggedWord> Tag() {
    for (at_ = 0; at_ < words_.size(); ++at_) {
      TagWord();
      NoteClause();
    }
    return std::move(words_);
  }

 private:
  const TextToken& token(size_t i) const { return sentence_[i]; }
  bool Past(size_t i) const { return i >= sentence_.size(); }
  // As a closed class; "May" and "Will" inside a sentence are names.
  WordClass Class(size_t i) const {
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

  // "March 22", "in March".
  bool IsMonth(size_t i) const {
    if (!token(i).capital) return false;
    const auto number = [this](size_t k) {
      return k < sentence_.size() &&
             std::isdigit(static_cast<unsigned char>(token(k).text[0])) != 0;
    };
    if (number(i + 1) || (i + 1 < sentence_.size() && !token(i + 1).word && number(i + 2))) {
      return true;
    }
    return i > 0 && (number(i - 1) || token(i - 1).lower == "in" || token(i - 1).lower == "since");
  }

  // After the verb of a relative clause the clause around it goes on.
  void NoteClause() {
    const TaggedWord& word = words_[at_];
    const bool reduced =
        word.use == VerbUse::kActiveReduced || word.use == VerbUse::kPassiveReduced;
    if (word.tag == Tag::kVerb && !reduced) {
      finite_seen_ = !in_relative_ || finite_outside_;
      in_relative_ = false;
    } else if (word.tag == Tag::kAuxiliary) {
      finite_seen_ = true;
    } else if (word.tag == Tag::kRelative && !in_relative_) {
      finite_outside_ = finite_seen_;
      in_relative_ = true;
      finite_seen_ = false;
    } else if (word.tag == Tag::kClauseStart || word.tag == Tag::kBreak) {
      in_relative_ = finite_seen_ = false;
    }
  }

  void TagWord() {
    TaggedWord& word = words_[at_];
    if (token(at_).quoted || !token(at_).word) {
      const bool comma = token(at_).text == "," && !token(at_).quoted;
      word.tag = comma ? Tag::kComma : token(at_).text == "'" ? Tag::kPossessive : Tag::kBreak;
      return;
    }
    const WordClass word_class = Class(at_);
    if (word_class != WordClass::kNone) {
      word.tag = ClosedTag(word_class);
      if (word.tag != Tag::kNoun) return;
    }
    if (std::isdigit(static_cast<unsigned char>(token(at_).text[0])) != 0) {
      word.tag = Tag::kNumber;
      return;
    }
    const bool name = token(at_).capital && (at_ > 0 || !IsKnown(at_));
    if (name) {
      word.tag = Tag::kName;
      return;
    }
    const VerbSense* sense = SenseAt(at_);
    if (sense != nullptr && TryVerb(*sense)) return;
    word.tag = IsAdverb(token(at_).lower) ? Tag::kAdverb : Tag::kNoun;
  }

  // Words that are also of another class, told apart by what stands around them.
  imago::Tag ClosedTag(WordClass word_class) const {
    const std::string& lower = token(at_).lower;
    const WordClass next = Class(at_ + 1);
    if (lower == "that" && IsNominal(Before())) return Tag::kRelative;
    if ((lower == "those" || lower == "some" || lower == "others") && StandsAlone()) {
      return Tag::kPronoun;
    }
    if ((lower == "as" || lower == "after" || lower == "before" || lower == "since" ||
         lower == "until") &&
        !OpensClause()) {
      return Tag::kPreposition;
    }
    if (lower == "left" && IsSubjectBefore() &&
        (next == WordClass::kDeterminer || next == WordClass::kPossessive ||
         (!Past(at_ + 1) && token(at_ + 1).capital) || next == WordClass::kPreposition)) {
      return Tag::kNoun;
    }
    if (word_class == WordClass::kAdverb && IsQuantified(Before()) && !Past(at_ + 1) &&
        next == WordClass::kNone && token(at_ + 1).word) {
      return Tag::kAdjective;
    }
    return TagOf(word_class);
  }

  // "those killed", "some of them"
  bool StandsAlone() const {
    if (Past(at_ + 1)) return true;
    const WordClass next = Class(at_ + 1);
    if (next == WordClass::kRelative || next == WordClass::kPreposition) return true;
    const VerbSense* sense = SenseAt(at_ + 1);
    const WordClass after = Class(at_ + 2);
    return sense != nullptr && (sense->forms & (kParticipleForm | kGerundForm)) != 0 &&
           (Past(at_ + 2) || after == WordClass::kPreposition || after == WordClass::kDeterminer);
  }

  bool IsSubjectBefore() const { return IsNominal(Before()); }

  // "after police arrested": a finite verb comes before the next comma.
  bool OpensClause() const {
    for (size_t i = at_ + 1; i < sentence_.size(); ++i) {
      if (!token(i).word) return false;
      const WordClass word_class = Class(i);
      if (word_class == WordClass::kBe || word_class == WordClass::kHave ||
          word_class == WordClass::kModal) {
        return i > at_ + 1;
      }
      if (word_class == WordClass::kPreposition || word_class == WordClass::kTo) return false;
      const VerbSense* sense = SenseAt(i);
      if (sense != nullptr && i > at_ + 1 && !token(i).capital &&
          (sense->forms & (kGerundForm | kBaseForm)) == 0 &&
          lexicon_.NounType(token(i).lower, "") < 0) {
        const WordClass before = Class(i - 1);
        return before != WordClass::kDeterminer && before != WordClass::kPossessive;
      }
    }
    return false;
  }

  bool IsKnown(size_t i) const {
    const std::string& lower = token(i).lower;
    return SenseAt(i) != nullptr || KindOfNoun(lower).has_value() ||
           lexicon_.NounType(lower, "") >= 0 || lexicon_.AdjectiveType(lower) >= 0 ||
           (IsPlural(lower) && (i + 1 >= sentence_.size() || !token(i + 1).capital));
  }

  bool IsNounAt(size_t i) const {
    const std::string& lower = token(i).lower;
    return lexicon_.NounType(lower, "") >= 0 || KindOfNoun(lower).has_value();
  }

  static bool IsAdverb(const std::string& lower) {
    return lower.size() > 4 && lower.ends_with("ly") && !KindOfNoun(lower) && lower != "family" &&
           lower != "assembly" && lower != "ally" && lower != "rally";
  }

  // The first sense whose following words are there.
  const VerbSense* SenseAt(size_t i) const {
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

  // The place of the last word that is no adverb; the number of words when there is none.
  size_t BeforeAt() const {
    for (size_t i = at_; i-- > 0;) {
      if (words_[i].tag != Tag::kAdverb) return i;
    }
    return words_.size();
  }
  imago::Tag Before() const {
    const size_t i = BeforeAt();
    return i == words_.size() ? Tag::kBreak : words_[i].tag;
  }
  bool AtStart() const { return BeforeAt() == words_.size(); }

  // What comes next can begin a noun phrase that is an object.
  bool ObjectFollows() const {
    size_t i = at_ + 1;
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
  bool DeterminerFollows() const {
    const WordClass next = Class(at_ + 1);
    return next == WordClass::kDeterminer || next == WordClass::kPossessive ||
           next == WordClass::kPronoun || next == WordClass::kNumber ||
           (!Past(at_ + 1) && token(at_ + 1).capital && next == WordClass::kNone);
  }
  bool NounFollows() const {
    return !Past(at_ + 1) && token(at_ + 1).word && !token(at_ + 1).quoted &&
           (Class(at_ + 1) == WordClass::kNone || Class(at_ + 1) == WordClass::kAdjective);
  }

  bool Take(imago::Tag tag, const VerbSense& sense, VerbUse use) {
    words_[at_].tag = tag;
    words_[at_].sense = &sense;
    words_[at_].use = use;
    return true;
  }

  bool TryVerb(const VerbSense& sense) {
    const imago::Tag before = Before();
    const size_t i = BeforeAt();
    const WordClass auxiliary =
        before == Tag::kAuxiliary ? ClassOf(token(i).lower) : WordClass::kNone;
    if (auxiliary == WordClass::kBe) return TryAfterBe(sense);
    if (auxiliary == WordClass::kHave && (sense.forms & kParticipleForm) != 0) {
      return Take(Tag::kVerb, sense, VerbUse::kFinite);
    }
    if ((auxiliary == WordClass::kModal || auxiliary == WordClass::kDo || before == Tag::kTo) &&
        (sense.forms & kBaseForm) != 0) {
      // "to work", "to school": after a verb of going often a place.
      const bool place = KindOfNoun(token(at_).lower) == FillerKind::kPlace;
      if (before == Tag::kTo && place && !DeterminerFollows()) return false;
      return Take(Tag::kVerb, sense, VerbUse::kInfinitive);
    }
    if ((sense.forms & kGerundForm) != 0) return TryGerund(sense, before);
    if ((sense.forms & (kPastForm | kParticipleForm)) != 0 && (sense.forms & kBaseForm) == 0) {
      return TryPast(sense, before);
    }
    return TryPresent(sense, before);
  }

  // "to work", "to school": after a verb of moving "to" often comes before a place.
  bool IsPlaceSense(size_t) const { return KindOfNoun(token(at_).lower) == FillerKind::kPlace; }

  bool TryAfterBe(const VerbSense& sense) {
    if ((sense.forms & kGerundForm) != 0) return Take(Tag::kVerb, sense, VerbUse::kFinite);
    if ((sense.forms & kParticipleForm) != 0) {
      return Take(Tag::kVerb, sense, HasObject(sense) ? VerbUse::kPassive : VerbUse::kFinite);
    }
    return false;
  }

  // Whether the verb can have an object, so that its participle can be passive.
  bool HasObject(const VerbSense& sense) const {
    if (sense.type < 0) return true;
    const EventType& type = lexicon_.type(sense.type);
    return std::any_of(sense.frames.begin(), sense.frames.end(),
                       [&type](int frame) { return !type.frames[frame].grammar.object.empty(); });
  }
  bool NeedsNoObject(const VerbSense& sense) const {
    if (sense.type < 0) return true;
    const EventType& type = lexicon_.type(sense.type);
    return std::any_of(sense.frames.begin(), sense.frames.end(),
                       [&type](int frame) { return type.frames[frame].grammar.object.empty(); });
  }

  bool TryGerund(const VerbSense& sense, imago::Tag before) {
    const bool event_noun =
        lexicon_.NounType(token(at_).lower, "") >= 0 || KindOfNoun(token(at_).lower).has_value();
    if (IsQuantified(before)) {
      if (NounFollows() && !event_noun && before != Tag::kPossessive) {
        return Take(Tag::kModifier, sense, VerbUse::kActiveReduced);
      }
      return false;
    }
    if (before == Tag::kPreposition || before == Tag::kTo || AtStart()) {
      const bool verb = event_noun ? DeterminerFollows() : ObjectFollows() || !NounFollows();
      if (!verb) return false;
      return Take(Tag::kVerb, sense, VerbUse::kActiveReduced);
    }
    if (event_noun && !DeterminerFollows() && before != Tag::kClauseStart) {
      const size_t i = BeforeAt();
      const bool person = i < words_.size() && IsNominal(before) &&
                          KindOfNoun(token(i).lower) == FillerKind::kPerson;
      if (!person) return false;
    }
    return Take(Tag::kVerb, sense, VerbUse::kActiveReduced);
  }

  bool TryPast(const VerbSense& sense, imago::Tag before) {
    const bool participle = (sense.forms & kParticipleForm) != 0;
    if (IsQuantified(before) || before == Tag::kPreposition) {
      if (participle && NounFollows()) {
        return Take(Tag::kModifier, sense, VerbUse::kPassiveReduced);
      }
      return false;
    }
    if (AtStart()) {
      if (!participle || !HasObject(sense)) return false;
      if (NounFollows()) return Take(Tag::kModifier, sense, VerbUse::kPassiveReduced);
      return Take(Tag::kVerb, sense, VerbUse::kPassiveReduced);
    }
    if ((sense.forms & kPastForm) == 0) {
      return Take(Tag::kVerb, sense, VerbUse::kPassiveReduced);
    }
    const bool by = !Past(at_ + 1) && token(at_ + 1).lower == "by";
    const bool passive = participle && before != Tag::kRelative && HasObject(sense) &&
                         (by || (!ObjectFollows() && !(NeedsNoObject(sense) && !finite_seen_)));
    if (passive && !by && !finite_seen_ && PastVerbJoined()) {
      return Take(Tag::kVerb, sense, VerbUse::kFinite);
    }
    return Take(Tag::kVerb, sense, passive ? VerbUse::kPassiveReduced : VerbUse::kFinite);
  }

  // "detained and beat two men"
  bool PastVerbJoined() const {
    if (Class(at_ + 1) != WordClass::kConjunction || Past(at_ + 2)) return false;
    const VerbSense* other = SenseAt(at_ + 2);
    return other != nullptr && (other->forms & kPastForm) != 0;
  }

  bool TryPresent(const VerbSense& sense, imago::Tag before) {
    if (IsQuantified(before) || before == Tag::kPreposition || AtStart()) return false;
    if (before == Tag::kRelative || before == Tag::kPronoun) {
      return Take(Tag::kVerb, sense, VerbUse::kFinite);
    }
    const bool third = (sense.forms & kThirdForm) != 0;
    const bool noun = IsNounAt(at_);
    if (before == Tag::kConjunction) {
      if (noun && !DeterminerFollows() && !finite_seen_) return false;
      return Take(Tag::kVerb, sense, VerbUse::kFinite);
    }
    if (before == Tag::kTime || before == Tag::kComma || before == Tag::kNumber ||
        before == Tag::kBreak) {
      if (finite_seen_ || (noun && !DeterminerFollows() && !third)) return false;
      return Take(Tag::kVerb, sense, VerbUse::kFinite);
    }
    if (!IsNominal(before)) return false;
    return third ? TryThird(sense, noun) : TryBase(sense, noun);
  }

  // The first word of the noun phrase that ends before this word.
  size_t PhraseStart() const {
    size_t i = BeforeAt();
    while (i > 0 && (IsNominal(words_[i - 1].tag) || IsQuantified(words_[i - 1].tag))) --i;
    return i;
  }

  bool TryThird(const VerbSense& sense, bool noun) {
    if (!noun) return Take(Tag::kVerb, sense, VerbUse::kFinite);
    const size_t start = PhraseStart();
    const size_t last = BeforeAt();
    if (IsPlural(token(last).lower) && words_[last].tag == Tag::kNoun) return false;
    const bool after_preposition = start > 0 && words_[start - 1].tag == Tag::kPreposition;
    const bool whole = words_[start].tag == Tag::kDeterminer || words_[last].tag == Tag::kName;
    if (DeterminerFollows() || (whole && !after_preposition && !finite_seen_)) {
      return Take(Tag::kVerb, sense, VerbUse::kFinite);
    }
    return false;
  }

  bool TryBase(const VerbSense& sense, bool noun) {
    const size_t last = BeforeAt();
    const bool past = (sense.forms & kPastForm) != 0;
    const bool plural =
        IsPlural(token(last).lower) || words_[last].tag == Tag::kPronoun || JoinedByAnd();
    if (!plural && !past) {
      // "A man who lives in Rome walks": the plural may stand further away.
      const WordClass next = Class(at_ + 1);
      if (noun || finite_seen_) return false;
      if (!DeterminerFollows() && next != WordClass::kPreposition) return false;
    }
    if (!plural && noun && !DeterminerFollows()) return false;
    const size_t start = PhraseStart();
    const bool after_preposition =
        start > 0 && (words_[start - 1].tag == Tag::kPreposition) && token(start - 1).lower != "of";
    if (noun && !DeterminerFollows()) {
      const auto kind = KindOfNoun(token(last).lower);
      const bool person = kind == FillerKind::kPerson || kind == FillerKind::kAnimal;
      const bool determined =
          words_[start].tag == Tag::kDeterminer && token(last).lower == "police";
      if (!person || determined || finite_seen_ || after_preposition) return false;
    }
    if (past && (sense.forms & kParticipleForm) != 0 && !ObjectFollows() && HasObject(sense) &&
        (sense.forms & kBaseForm) != 0 && finite_seen_) {
      return Take(Tag::kVerb, sense, VerbUse::kPassiveReduced);
    }
    return Take(Tag::kVerb, sense, VerbUse::kFinite);
  }

  // "A doctor and a nurse treat".
  bool JoinedByAnd() const {
    const size_t start = PhraseStart();
    return start > 0 && words_[start - 1].tag == Tag::kConjunction;
  }

  const TextSentence& sentence_;
  const EventLexicon& lexicon_;
  std::vector<TaggedWord> words_;
  size_t at_ = 0;
  bool finite_seen_ = false;     // in the clause so far
  bool finite_outside_ = false;  // in the clause around a relative one
  bool in_relative_ = false;
};

}  // namespace

std::vector<TaggedWord> TagSentence(const TextSentence& sentence, const EventLexicon& lexicon) {
  return Tagger(sentence, lexicon).Tag();
}

}  // namespace imago
