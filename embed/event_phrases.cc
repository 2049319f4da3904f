#include "embed/event_phrases.h"

#include <algorithm>
#include <cctype>

namespace imago {
namespace {

constexpr std::string_view kLongPrepositions[] = {
    "in front of", "on top of", "out of",        "ahead of",   "next to",
    "close to",    "near to",   "in support of", "as part of", "because of",
    "due to",      "north of",  "south of",      "east of",    "west of",
    "outside of",  "inside of", "along with",    "instead of", "according to"};

bool MayStandInNoun(Tag tag) {
  switch (tag) {
    case Tag::kNoun:
    case Tag::kName:
    case Tag::kDeterminer:
    case Tag::kPossessive:
    case Tag::kPronoun:
    case Tag::kAdjective:
    case Tag::kNumber:
    case Tag::kModifier:
      return true;
    default:
      return false;
  }
}

std::optional<PhraseType> SingleType(Tag tag) {
  switch (tag) {
    case Tag::kVerb:
      return PhraseType::kVerb;
    case Tag::kAuxiliary:
      return PhraseType::kAuxiliary;
    case Tag::kPreposition:
      return PhraseType::kPreposition;
    case Tag::kTo:
      return PhraseType::kTo;
    case Tag::kConjunction:
      return PhraseType::kConjunction;
    case Tag::kClauseStart:
      return PhraseType::kClauseStart;
    case Tag::kRelative:
      return PhraseType::kRelative;
    case Tag::kComma:
      return PhraseType::kComma;
    case Tag::kBreak:
      return PhraseType::kBreak;
    default:
      return std::nullopt;
  }
}

class PhraseReader {
 public:
  PhraseReader(const std::vector<TaggedWord>& words, const EventLexicon& lexicon)
      : words_(words), lexicon_(lexicon) {}

  std::vector<Phrase> Read() {
    while (at_ < words_.size()) {
      const Tag tag = words_[at_].tag;
      if (const size_t words = PrepositionWords()) {
        Push(PhraseType::kPreposition, at_, at_ + words - 1);
        at_ += words;
      } else if (const auto single = SingleType(tag)) {
        Push(*single, at_, at_);
        ++at_;
      } else if (tag == Tag::kTime) {
        TakeTime(at_);
      } else if (MayStandInNoun(tag)) {
        TakeNoun();
      } else {
        ++at_;
      }
    }
    for (size_t i = phrases_.size(); i-- > 0;) AttachOf(i);
    return std::move(phrases_);
  }

 private:
  Tag TagAt(size_t i) const { return i < words_.size() ? words_[i].tag : Tag::kBreak; }
  const std::string& Lower(size_t i) const { return words_[i].token->lower; }

  // The number of words of a preposition that has several; 0 for any other.
  size_t PrepositionWords() const {
    for (const std::string_view known : kLongPrepositions) {
      size_t i = at_;
      size_t begin = 0;
      while (begin <= known.size() && i < words_.size()) {
        const size_t end = std::min(known.find(' ', begin), known.size());
        if (Lower(i) != known.substr(begin, end - begin)) break;
        ++i;
        begin = end + 1;
      }
      if (begin > known.size()) return i - at_;
    }
    return 0;
  }

  Phrase& Push(PhraseType type, size_t first, size_t last) {
    Phrase phrase;
    phrase.type = type;
    phrase.words = phrase.head = {first, last};
    phrase.last = last;
    phrase.next = phrases_.size() + 1;
    phrases_.push_back(phrase);
    return phrases_.back();
  }

  void TakeTime(size_t first) {
    while (TagAt(at_) == Tag::kTime || TagAt(at_) == Tag::kNumber) ++at_;
    Push(PhraseType::kTime, first, at_ - 1);
  }

  bool GoesOn(size_t first) const {
    const Tag tag = TagAt(at_);
    if (tag == Tag::kConjunction) {  // "national and local leaders"
      return TagAt(at_ - 1) == Tag::kAdjective && TagAt(at_ + 1) == Tag::kAdjective &&
             (TagAt(at_ + 2) == Tag::kNoun || TagAt(at_ + 2) == Tag::kAdjective);
    }
    if (!MayStandInNoun(tag)) return false;
    if (at_ == first) return true;
    // A new phrase begins: "gives a girl a flower".
    if (tag == Tag::kDeterminer || tag == Tag::kPronoun) {
      return TagAt(at_ - 1) == Tag::kDeterminer || TagAt(at_ - 1) == Tag::kPossessive;
    }
    if (tag == Tag::kPossessive && Lower(at_) != "'s" && Lower(at_) != "'") {
      return TagAt(at_ - 1) == Tag::kDeterminer;
    }
    return TagAt(at_ - 1) != Tag::kPronoun;
  }

  static bool IsYear(const std::string& text) {
    return text.size() == 4 && (text.starts_with("19") || text.starts_with("20")) &&
           std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return std::isdigit(c) != 0; });
  }

  // "In this April 23, 2016, file photo"
  bool IsPhotoOfDay(size_t last) const {
    if (Lower(last) != "photo" && Lower(last) != "image" && Lower(last) != "picture") return false;
    size_t i = phrases_.size();
    while (i > 0 && phrases_[i - 1].type == PhraseType::kComma) --i;
    return i > 0 && phrases_[i - 1].type == PhraseType::kTime;
  }

  void TakeNoun() {
    const size_t first = at_;
    while (GoesOn(first)) ++at_;
    if (at_ == first) ++at_;
    size_t last = at_ - 1;
    if (TagAt(at_) == Tag::kTime) return TakeTime(first);
    if (IsPhotoOfDay(last)) {
      Push(PhraseType::kTime, first, last);
      return;
    }
    if (first == last && IsYear(Lower(first))) {
      Push(PhraseType::kTime, first, last);
      return;
    }
    while (last > first && TagAt(last) == Tag::kPossessive) --last;
    const Tag tag = TagAt(last);
    const bool stands = tag == Tag::kNoun || tag == Tag::kName || tag == Tag::kPronoun ||
                        tag == Tag::kNumber || (last > first && tag != Tag::kPossessive) ||
                        Lower(last) == "those" || Lower(last) == "many" || Lower(last) == "some" ||
                        Lower(last) == "others";
    if (stands) Describe(Push(PhraseType::kNoun, first, last));
  }

  void Describe(Phrase& phrase) const {
    const size_t last = phrase.words.last;
    size_t head = last;
    phrase.name = TagAt(last) == Tag::kName;
    while (phrase.name && head > phrase.words.first && TagAt(head - 1) == Tag::kName) --head;
    // "Russian President Vladimir Putin" is about Vladimir Putin.
    for (size_t i = head; i < last; ++i) {
      if (KindOfNoun(Lower(i)) == FillerKind::kPerson || Lower(i).ends_with('.')) head = i + 1;
    }
    phrase.head = {head, last};
    phrase.kind = KindOfNoun(Lower(last));
    if (!phrase.kind && IsPlural(Lower(last)) && Lower(last).size() > 2) {
      phrase.kind = KindOfNoun(Lower(last).substr(0, Lower(last).size() - 1));
    }
    const std::string before = last > 0 ? Lower(last - 1) : "";
    if (TagAt(last) == Tag::kNoun || TagAt(last) == Tag::kName) {
      phrase.event_type = lexicon_.NounType(Lower(last), before);
      // "Jeff Sessions"
      if (phrase.name && IsPlural(Lower(last))) phrase.event_type = -1;
    }
    for (size_t i = last; i-- > phrase.words.first + 1;) {
      if (TagAt(i) != Tag::kPossessive || (Lower(i) != "'s" && Lower(i) != "'")) continue;
      phrase.possessor = WordRange{phrase.words.first, i - 1};
      break;
    }
  }

  // "parts of a car", "thousands of protesters".
  void AttachOf(size_t i) {
    Phrase& outer = phrases_[i];
    if (outer.type != PhraseType::kNoun || i + 2 >= phrases_.size()) return;
    const Phrase& of = phrases_[i + 1];
    Phrase& inner = phrases_[i + 2];
    if (of.type != PhraseType::kPreposition || Lower(of.words.first) != "of" ||
        inner.type != PhraseType::kNoun) {
      return;
    }
    inner.attached = true;
    outer.last = inner.last;
    outer.next = inner.next;
    const std::string& head = Lower(outer.head.last);
    outer.scene = IsScene(head) && (inner.event_type >= 0 || inner.scene);
    // "Secretary of State Rex Tillerson"
    if (head == "secretary" && inner.name && Lower(inner.words.first) == "state" &&
        inner.words.last > inner.words.first) {
      outer.head = {std::max(inner.head.first, inner.words.first + 1), inner.words.last};
      outer.name = true;
      outer.kind.reset();
    }
    if (CountsWhatFollows(head) && outer.event_type < 0) {
      outer.head = inner.head;
      outer.kind = inner.kind;
      outer.name = inner.name;
    }
  }

  const std::vector<TaggedWord>& words_;
  const EventLexicon& lexicon_;
  std::vector<Phrase> phrases_;
  size_t at_ = 0;
};

}  // namespace

std::vector<Phrase> ReadPhrases(const std::vector<TaggedWord>& words, const EventLexicon& lexicon) {
  return PhraseReader(words, lexicon).Read();
}

}  // namespace imago
