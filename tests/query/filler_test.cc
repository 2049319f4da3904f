#include "query/filler.h"

#include "gmock/gmock.h"
#include "query/meaning.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Filler, WordsAreComparedInTheSingular) {
  const std::pair<const char*, const char*> cases[] = {
      {"men", "man"},       {"Policemen", "policeman"}, {"children", "child"},
      {"people", "person"}, {"knives", "knife"},        {"wolves", "wolf"},
      {"buses", "bus"},     {"glasses", "glass"},       {"boxes", "box"},
      {"horses", "horse"},  {"cities", "city"},         {"police", "police"},
      {"bus", "bus"},       {"boss", "boss"},           {"protesters", "protester"}};
  for (const auto& [plural, singular] : cases) EXPECT_EQ(Singular(plural), singular) << plural;
}

TEST(Filler, PhrasesLoseArticlesCaseAndPlurals) {
  EXPECT_EQ(NormalPhrase("The Men with  guns"), "man with gun");
  EXPECT_EQ(NormalPhrase("his \"dog\"!"), "dog");
  EXPECT_EQ(NormalPhrase("Independence Square"), "independence square");
  EXPECT_EQ(NormalPhrase(" ,."), "");
  EXPECT_EQ(NormalPhrase("the"), "the");
}

TEST(Filler, OfAQueryHasAHeadAndOtherWords) {
  const FillerQuery query = ReadFillerQuery("two old men in a black suit");
  EXPECT_EQ(query.head, "man");
  EXPECT_THAT(query.others, ElementsAre("two", "old", "black", "suit"));
  EXPECT_EQ(ReadFillerQuery("police").head, "police");
  EXPECT_THAT(ReadFillerQuery("police").others, IsEmpty());
  EXPECT_EQ(ReadFillerQuery("!").head, "");
}

TEST(Filler, SharesWholeWords) {
  EXPECT_EQ(ShareOfWords({"black", "suit"}, "man in black suit"), 1);
  EXPECT_EQ(ShareOfWords({"black", "hat"}, "man in black suit"), 0.5);
  EXPECT_EQ(ShareOfWords({"lack"}, "man in black suit"), 0);
  EXPECT_EQ(ShareOfWords({}, "man"), 1);
}

TEST(Meaning, IsNothingAtTheBackgroundAndGrowsFromThere) {
  EXPECT_EQ(MeaningScore(0.5, 0.6), 0);
  EXPECT_EQ(MeaningScore(0.6, 0.6), 0);
  EXPECT_DOUBLE_EQ(MeaningScore(0.8, 0.6), 0.5);
  EXPECT_EQ(MeaningScore(1, 0.6), 1);
  EXPECT_EQ(MeaningScore(1.001, 0.6), 1);
}

TEST(Meaning, BackgroundIsWhatNineOfTenPairsStayBelow) {
  const auto encoder = NewHashEncoder();
  const std::vector<std::string> nouns = UnlikeNouns();
  const double background = BackgroundCosine(*encoder, nouns).value();
  std::vector<Content> contents;
  for (const std::string& noun : nouns) contents.push_back(TextContent{noun});
  const Matrix rows = encoder->Encode(contents)->rows;
  size_t below = 0;
  size_t pairs = 0;
  for (size_t i = 0; i < rows.rows(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      double cosine = 0;
      for (size_t k = 0; k < rows.cols(); ++k) cosine += double{rows.row(i)[k]} * rows.row(j)[k];
      below += cosine < background + 1e-6;
      ++pairs;
    }
  }
  EXPECT_EQ(pairs, 496u);
  EXPECT_NEAR(static_cast<double>(below) / pairs, 0.9, 0.03);
}

}  // namespace
}  // namespace imago
