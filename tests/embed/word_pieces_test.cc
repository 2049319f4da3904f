#include "embed/word_pieces.h"

#include "embed/event_lexicon.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Pieces() {
  std::vector<std::string> pieces = SpecialPieces();
  for (const char* one : {"rebel", "-", "held", "arrest", "##ed", "men"}) pieces.emplace_back(one);
  return pieces;
}

WordPieces Read(const std::string& text) {
  static const auto ontology = EventOntology::House().value();
  static const EventLexicon lexicon(ontology);
  const auto sentences = ReadSentences(text);
  return PieceReader::Make(Pieces())->Read(TagSentence(sentences.at(0), lexicon));
}

TEST(PieceReader, AWordStandsAtItsFirstPieceOrAfterItsHyphen) {
  const WordPieces read = Read("Rebel-held men arrested");
  EXPECT_THAT(read.runs, ElementsAre(ElementsAre(kStartPiece, 5, 6, 7, 10, 8, 9, kEndPiece)));
  ASSERT_EQ(read.words.size(), 3u);
  EXPECT_EQ(read.words[0].begin, 1u);
  EXPECT_EQ(read.words[0].end, 4u);
  EXPECT_EQ(read.words[0].row, 3u);
  EXPECT_EQ(read.words[1].row, 4u);
  EXPECT_EQ(read.words[2].row, 5u);
  EXPECT_EQ(read.words[2].end, 7u);
}

TEST(PieceReader, WordsThatAreNotKnownAreUnknown) {
  EXPECT_THAT(Read("men saw").runs, ElementsAre(ElementsAre(kStartPiece, 10, kUnknownPiece, 3)));
}

TEST(PieceReader, ALongSentenceIsReadInRuns) {
  std::string text;
  for (int i = 0; i < 150; ++i) text += "arrested ";
  const WordPieces read = Read(text);
  ASSERT_EQ(read.words.size(), 150u);
  EXPECT_EQ(read.runs.size(), 5u);
  for (const auto& run : read.runs) {
    EXPECT_LE(run.size(), kRunPieces);
    EXPECT_EQ(run.front(), kStartPiece);
    EXPECT_EQ(run.back(), kEndPiece);
  }
  for (const auto& place : read.words) EXPECT_EQ(read.runs[place.run][place.row], 8);
}

TEST(PieceReader, ListsThatCannotBeAreErrors) {
  std::vector<std::string> pieces = Pieces();
  pieces.push_back("men");
  EXPECT_THAT(std::string(PieceReader::Make(pieces).status().message()), HasSubstr("men"));
  pieces.back() = "two\nlines";
  EXPECT_FALSE(PieceReader::Make(pieces).ok());
  EXPECT_FALSE(PieceReader::Make({"men"}).ok());
}

}  // namespace
}  // namespace imago
