#include "embed/event_tagger.h"

#include <cctype>

#include "embed/event_verbs.h"
#include "embed/event_word_view.h"

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
  Tagger(const TextSentence& sentence, const EventLexicon& lexicon) : view_(sentence, lexicon) {
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
    if (view_.token(at_).quoted || !view_.token(at_).word) {
      const bool comma = view_.token(at_).text == "," && !view_.token(at_).quoted;
      word.tag = comma                          ? Tag::kComma
                 : view_.token(at_).text == "'" ? Tag::kPossessive
                                                : Tag::kBreak;
      return;
    }
    const WordClass word_class = view_.Class(at_);
    if (word_class != WordClass::kNone) {
      word.tag = ClosedTag(word_class);
      if (word.tag != Tag::kNoun) return;
    }
    if (std::isdigit(static_cast<unsigned char>(view_.token(at_).text[0])) != 0) {
      word.tag = Tag::kNumber;
      return;
    }
    const bool name = view_.token(at_).capital && (at_ > 0 || !view_.IsKnown(at_));
    if (name) {
      word.tag = Tag::kName;
      return;
    }
    const VerbSense* sense = view_.SenseAt(at_);
    if (sense != nullptr && TryVerb(*sense)) return;
    word.tag = view_.IsAdverb(view_.token(at_).lower) ? Tag::kAdverb : Tag::kNoun;
  }

  // Words that are also of another class, told apart by what stands around them.
  imago::Tag ClosedTag(WordClass word_class) const {
    const std::string& lower = view_.token(at_).lower;
    const WordClass next = view_.Class(at_ + 1);
    if (lower == "that" && IsNominal(Before())) return Tag::kRelative;
    if ((lower == "those" || lower == "some" || lower == "others") && view_.StandsAlone(at_)) {
      return Tag::kPronoun;
    }
    if ((lower == "as" || lower == "after" || lower == "before" || lower == "since" ||
         lower == "until") &&
        !view_.OpensClause(at_)) {
      return Tag::kPreposition;
    }
    if (lower == "left" && IsNominal(Before()) &&
        (next == WordClass::kDeterminer || next == WordClass::kPossessive ||
         (!view_.Past(at_ + 1) && view_.token(at_ + 1).capital) ||
         next == WordClass::kPreposition)) {
      return Tag::kNoun;
    }
    if (word_class == WordClass::kAdverb && IsQuantified(Before()) && !view_.Past(at_ + 1) &&
        next == WordClass::kNone && view_.token(at_ + 1).word) {
      return Tag::kAdjective;
    }
    return TagOf(word_class);
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
        before == Tag::kAuxiliary ? ClassOf(view_.token(i).lower) : WordClass::kNone;
    if (auxiliary == WordClass::kBe) return TryAfterBe(sense);
    if (auxiliary == WordClass::kHave && (sense.forms & kParticipleForm) != 0) {
      return Take(Tag::kVerb, sense, VerbUse::kFinite);
    }
    if ((auxiliary == WordClass::kModal || auxiliary == WordClass::kDo || before == Tag::kTo) &&
        (sense.forms & kBaseForm) != 0) {
      // "to work", "to school": after a verb of going often a place.
      const bool place = KindOfNoun(view_.token(at_).lower) == FillerKind::kPlace;
      if (before == Tag::kTo && place && !view_.DeterminerFollows(at_)) return false;
      return Take(Tag::kVerb, sense, VerbUse::kInfinitive);
    }
    if ((sense.forms & kGerundForm) != 0) return TryGerund(sense, before);
    if ((sense.forms & (kPastForm | kParticipleForm)) != 0 && (sense.forms & kBaseForm) == 0) {
      return TryPast(sense, before);
    }
    return TryPresent(sense, before);
  }

  bool TryAfterBe(const VerbSense& sense) {
    if ((sense.forms & kGerundForm) != 0) return Take(Tag::kVerb, sense, VerbUse::kFinite);
    if ((sense.forms & kParticipleForm) != 0) {
      return Take(Tag::kVerb, sense, view_.HasObject(sense) ? VerbUse::kPassive : VerbUse::kFinite);
    }
    return false;
  }

  bool TryGerund(const VerbSense& sense, imago::Tag before) {
    const bool event_noun = view_.IsNounAt(at_);
    if (IsQuantified(before)) {
      if (view_.NounFollows(at_) && !event_noun && before != Tag::kPossessive) {
        return Take(Tag::kModifier, sense, VerbUse::kActiveReduced);
      }
      return false;
    }
    if (before == Tag::kPreposition || before == Tag::kTo || AtStart()) {
      const bool verb = event_noun ? view_.DeterminerFollows(at_)
                                   : view_.ObjectFollows(at_) || !view_.NounFollows(at_);
      if (!verb) return false;
      return Take(Tag::kVerb, sense, VerbUse::kActiveReduced);
    }
    if (event_noun && !view_.DeterminerFollows(at_) && before != Tag::kClauseStart) {
      const size_t i = BeforeAt();
      const bool person = i < words_.size() && IsNominal(before) &&
                          KindOfNoun(view_.token(i).lower) == FillerKind::kPerson;
      if (!person) return false;
    }
    return Take(Tag::kVerb, sense, VerbUse::kActiveReduced);
  }

  bool TryPast(const VerbSense& sense, imago::Tag before) {
    const bool participle = (sense.forms & kParticipleForm) != 0;
    if (IsQuantified(before) || before == Tag::kPreposition) {
      if (participle && view_.NounFollows(at_)) {
        return Take(Tag::kModifier, sense, VerbUse::kPassiveReduced);
      }
      return false;
    }
    if (AtStart()) {
      if (!participle || !view_.HasObject(sense)) return false;
      if (view_.NounFollows(at_)) return Take(Tag::kModifier, sense, VerbUse::kPassiveReduced);
      return Take(Tag::kVerb, sense, VerbUse::kPassiveReduced);
    }
    if ((sense.forms & kPastForm) == 0) {
      return Take(Tag::kVerb, sense, VerbUse::kPassiveReduced);
    }
    const bool by = !view_.Past(at_ + 1) && view_.token(at_ + 1).lower == "by";
    const bool passive =
        participle && before != Tag::kRelative && view_.HasObject(sense) &&
        (by || (!view_.ObjectFollows(at_) && !(view_.NeedsNoObject(sense) && !finite_seen_)));
    if (passive && !by && !finite_seen_ && view_.PastVerbJoined(at_)) {
      return Take(Tag::kVerb, sense, VerbUse::kFinite);
    }
    return Take(Tag::kVerb, sense, passive ? VerbUse::kPassiveReduced : VerbUse::kFinite);
  }

  bool TryPresent(const VerbSense& sense, imago::Tag before) {
    if (IsQuantified(before) || before == Tag::kPreposition || AtStart()) return false;
    if (before == Tag::kRelative || before == Tag::kPronoun) {
      return Take(Tag::kVerb, sense, VerbUse::kFinite);
    }
    const bool third = (sense.forms & kThirdForm) != 0;
    const bool noun = view_.IsNounAt(at_);
    if (before == Tag::kConjunction) {
      if (noun && !view_.DeterminerFollows(at_) && !finite_seen_) return false;
      return Take(Tag::kVerb, sense, VerbUse::kFinite);
    }
    if (before == Tag::kTime || before == Tag::kComma || before == Tag::kNumber ||
        before == Tag::kBreak) {
      if (finite_seen_ || (noun && !view_.DeterminerFollows(at_) && !third)) return false;
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
    if (IsPlural(view_.token(last).lower) && words_[last].tag == Tag::kNoun) return false;
    const bool after_preposition = start > 0 && words_[start - 1].tag == Tag::kPreposition;
    const bool whole = words_[start].tag == Tag::kDeterminer || words_[last].tag == Tag::kName;
    if (view_.DeterminerFollows(at_) || (whole && !after_preposition && !finite_seen_)) {
      return Take(Tag::kVerb, sense, VerbUse::kFinite);
    }
    return false;
  }

  bool TryBase(const VerbSense& sense, bool noun) {
    const size_t last = BeforeAt();
    const bool past = (sense.forms & kPastForm) != 0;
    const bool plural =
        IsPlural(view_.token(last).lower) || words_[last].tag == Tag::kPronoun || JoinedByAnd();
    if (!plural && !past) {
      // "A man who lives in Rome walks": the plural may stand further away.
      const WordClass next = view_.Class(at_ + 1);
      if (noun || finite_seen_) return false;
      if (!view_.DeterminerFollows(at_) && next != WordClass::kPreposition) return false;
    }
    if (!plural && noun && !view_.DeterminerFollows(at_)) return false;
    const size_t start = PhraseStart();
    const bool after_preposition = start > 0 && (words_[start - 1].tag == Tag::kPreposition) &&
                                   view_.token(start - 1).lower != "of";
    if (noun && !view_.DeterminerFollows(at_)) {
      const auto kind = KindOfNoun(view_.token(last).lower);
      const bool person = kind == FillerKind::kPerson || kind == FillerKind::kAnimal;
      const bool determined =
          words_[start].tag == Tag::kDeterminer && view_.token(last).lower == "police";
      if (!person || determined || finite_seen_ || after_preposition) return false;
    }
    if (past && (sense.forms & kParticipleForm) != 0 && !view_.ObjectFollows(at_) &&
        view_.HasObject(sense) && (sense.forms & kBaseForm) != 0 && finite_seen_) {
      return Take(Tag::kVerb, sense, VerbUse::kPassiveReduced);
    }
    return Take(Tag::kVerb, sense, VerbUse::kFinite);
  }

  // "A doctor and a nurse treat".
  bool JoinedByAnd() const {
    const size_t start = PhraseStart();
    return start > 0 && words_[start - 1].tag == Tag::kConjunction;
  }

  const WordView view_;
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
