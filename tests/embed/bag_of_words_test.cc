#include "embed/bag_of_words.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(WordsOf, AreDistinctInLowerCaseWithoutTheirPlural) {
  EXPECT_THAT(WordsOf("Two dogs, and a DOG's bus-stop; 2 grasses. Grass?"),
              ElementsAre("2", "a", "and", "bus", "dog", "grass", "grasse", "s", "stop", "two"));
  EXPECT_THAT(WordsOf(" .,- "), IsEmpty());
}

TEST(SharedWordScores, SumTheRarityOfSharedWords) {
  const Matrix scores = SharedWordScores({"a red dog", "a red cat", "a bus", "a tree"},
                                         {"dog\nred fox", "cat", "a submarine"});
  EXPECT_NEAR(scores.row(0)[0], std::log(4.0) + std::log(2.0), 2e-4);
  EXPECT_NEAR(scores.row(1)[0], std::log(2.0), 2e-4);
  EXPECT_NEAR(scores.row(1)[1], std::log(4.0), 2e-4);
  // What every text has tells nothing.
  EXPECT_NEAR(scores.row(2)[2], 0, 2e-4);
}

TEST(SharedWordScores, TellEqualOnesApartByChance) {
  const std::vector<std::string> texts(200, "nothing in common");
  const Matrix scores = SharedWordScores(texts, {"dog", "cat"});
  int first = 0;
  for (size_t t = 0; t < texts.size(); ++t) {
    EXPECT_NE(scores.row(t)[0], scores.row(t)[1]);
    first += scores.row(t)[0] > scores.row(t)[1] ? 1 : 0;
  }
  EXPECT_GT(first, 60);
  EXPECT_LT(first, 140);
}

}  // namespace
}  // namespace imago
