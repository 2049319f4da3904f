#include "embed/word_pairs.h"

#include <cmath>

#include "gtest/gtest.h"

namespace imago {
namespace {

TEST(WordPairs, CountsEachPairOnceMoreThanItOccurs) {
  const WordPairs words({"a dog", "a cat"});
  // First words: the begin, "a", "dog", "cat": four. The begin is followed by "a" twice.
  const double expected = std::log(3.0 / 6) + std::log(2.0 / 6) + std::log(2.0 / 5);
  EXPECT_NEAR(words.LogLikelihood("a dog"), expected, 1e-12);
}

TEST(WordPairs, KnowsTheOrderOfWords) {
  const WordPairs words({"a nurse treats a boy", "a doctor treats a boy"});
  EXPECT_GT(words.LogLikelihood("a nurse treats a boy"),
            words.LogLikelihood("a boy treats a nurse"));
}

TEST(WordPairs, FindsWhatItNeverReadUnlikelyButPossible) {
  const WordPairs words({"a dog"});
  EXPECT_TRUE(std::isfinite(words.LogLikelihood("zebras")));
  EXPECT_LT(words.LogLikelihood("zebras run"), words.LogLikelihood("a dog"));
}

}  // namespace
}  // namespace imago
