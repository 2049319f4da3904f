#include "embed/caption_phrases.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {

void PrintTo(const CaptionPhrase& phrase, std::ostream* out) {
  *out << '"' << phrase.text << "\" at " << static_cast<int>(phrase.place);
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr PhrasePlace kLeft = PhrasePlace::kLeft;
constexpr PhrasePlace kRight = PhrasePlace::kRight;
constexpr PhrasePlace kAbove = PhrasePlace::kAbove;
constexpr PhrasePlace kBelow = PhrasePlace::kBelow;

CaptionPhrase Phrase(const char* text, PhrasePlace place = PhrasePlace::kNone) {
  return {text, place};
}

TEST(SplitCaption, CutsAtAnd) {
  EXPECT_THAT(SplitCaption("a red circle and a blue star"),
              ElementsAre(Phrase("a red circle"), Phrase("a blue star")));
  EXPECT_THAT(SplitCaption("a big band and a sandal"),
              ElementsAre(Phrase("a big band"), Phrase("a sandal")));
}

TEST(SplitCaption, SaysWhereBothStand) {
  EXPECT_THAT(SplitCaption("a cat to the left of a dog"),
              ElementsAre(Phrase("a cat", kLeft), Phrase("a dog", kRight)));
  EXPECT_THAT(SplitCaption("a cat right of a dog"),
              ElementsAre(Phrase("a cat", kRight), Phrase("a dog", kLeft)));
  EXPECT_THAT(SplitCaption("a cat on top of a dog"),
              ElementsAre(Phrase("a cat", kAbove), Phrase("a dog", kBelow)));
  EXPECT_THAT(SplitCaption("a cat beneath a dog"),
              ElementsAre(Phrase("a cat", kBelow), Phrase("a dog", kAbove)));
  EXPECT_THAT(SplitCaption("a tiny cat next to a dog"),
              ElementsAre(Phrase("a tiny cat"), Phrase("a dog")));
}

TEST(SplitCaption, LeavesOutOpeningsCaseAndSpaces) {
  EXPECT_THAT(SplitCaption("  A picture of  one Cat\nand two dogs. "),
              ElementsAre(Phrase("one cat"), Phrase("two dogs")));
  EXPECT_THAT(SplitCaption("There is a cat over a dog"),
              ElementsAre(Phrase("a cat", kAbove), Phrase("a dog", kBelow)));
}

TEST(SplitCaption, KeepsTheFirstPlaceOfEachOfSeveral) {
  EXPECT_THAT(SplitCaption("a cat, a dog left of a hat and a coat"),
              ElementsAre(Phrase("a cat"), Phrase("a dog", kLeft), Phrase("a hat", kRight),
                          Phrase("a coat")));
  EXPECT_THAT(
      SplitCaption("a cat above a dog above a hat"),
      ElementsAre(Phrase("a cat", kAbove), Phrase("a dog", kBelow), Phrase("a hat", kBelow)));
}

TEST(SplitCaption, IsEmptyWhereNothingTellsThingsApart) {
  EXPECT_THAT(SplitCaption("a cat and a dog on the grass, with a man"), IsEmpty());
  EXPECT_THAT(SplitCaption("a cat, reduced and smaller"), IsEmpty()) << "no whole words";
}

TEST(SplitCaption, IsEmptyForOnePhraseAndForTooMany) {
  for (const char* one :
       {"", "and", "a photo of a dog.", "left of a dog", "a dog,,", "a leftover"}) {
    EXPECT_THAT(SplitCaption(one), IsEmpty()) << one;
  }
  std::string many = "one";
  for (size_t i = 1; i < kMaxCaptionPhrases; ++i) many += " and a";
  EXPECT_EQ(SplitCaption(many).size(), kMaxCaptionPhrases);
  EXPECT_THAT(SplitCaption(many + " and a"), IsEmpty());
}

}  // namespace
}  // namespace imago
