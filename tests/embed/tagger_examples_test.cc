#include "embed/tagger_examples.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using ::testing::ElementsAre;

class TaggerExamples : public testing::Test {
 protected:
  static TaggerConfig Config(const EventOntology& ontology) {
    TaggerConfig config;
    config.words = {"police", "arrested", "men"};
    config.types = {{"Arrest", {"Agent", "Person"}}};
    for (const EventType& type : ontology.types()) config.ontology.push_back(type.name);
    return config;
  }

  std::vector<TaggerExample> Make(const ReferenceSentence& text) const {
    return MakeTaggerExamples({text}, lexicon_, ontology_, names_, nullptr);
  }

  int Role(const std::string& role) const { return names_.Role(role); }

  const EventOntology ontology_ = EventOntology::House().value();
  const EventLexicon lexicon_{ontology_};
  const TaggerNames names_{Config(ontology_)};
};

TEST_F(TaggerExamples, TriggersAndRolesStandAtTheirWords) {
  const auto examples =
      Make({"Police arrested two men.",
            {{"Justice.ArrestJail", "arrested", {{"Agent", "Police"}, {"Person", "men"}}}}});
  ASSERT_EQ(examples.size(), 1u);
  EXPECT_THAT(examples[0].types, ElementsAre(0, 1, 0, 0));
  ASSERT_EQ(examples[0].triggers.size(), 1u);
  EXPECT_EQ(examples[0].triggers[0].word, 1u);
  EXPECT_THAT(examples[0].triggers[0].roles,
              ElementsAre(Role("Agent"), kNotLearned, 0, Role("Person")));
  EXPECT_THAT(examples[0].triggers[0].rule_roles,
              ElementsAre(Role("Agent") + 2, 1, 1, Role("Person") + 2));
}

TEST_F(TaggerExamples, WhereAWordStandsAgainNothingIsLearned) {
  const auto examples =
      Make({"Police arrested men, arrested men.", {{"Arrest", "arrested", {{"Person", "men"}}}}});
  ASSERT_EQ(examples.size(), 1u);
  EXPECT_THAT(examples[0].types, ElementsAre(0, 1, 0, 0, kNotLearned, 0));
  EXPECT_THAT(examples[0].triggers[0].roles,
              ElementsAre(0, kNotLearned, Role("Person"), kNotLearned, 0, kNotLearned));
}

TEST_F(TaggerExamples, OtherTypesRolesAndAbsentFillersAreNone) {
  const auto examples = Make(
      {"Police arrested men who met.",
       {{"Meet", "met", {}}, {"Arrest", "arrested", {{"Place", "men"}, {"Person", "women"}}}}});
  ASSERT_EQ(examples.size(), 1u);
  EXPECT_THAT(examples[0].types, ElementsAre(0, 1, 0, 0, 0));
  EXPECT_THAT(examples[0].triggers[0].roles, ElementsAre(0, kNotLearned, 0, 0, 0));
}

TEST_F(TaggerExamples, NamesAreThoseThatOccurOftenEnough) {
  std::vector<ReferenceSentence> texts(
      9, {"Police arrested men.", {{"Arrest", "arrested", {{"Person", "men"}}}}});
  EXPECT_TRUE(LearnTaggerNames(texts, ontology_).types.empty());
  texts.push_back({"Once arrested.", {{"Arrest", "arrested", {{"Agent", "police"}}}}});
  const TaggerConfig config = LearnTaggerNames(texts, ontology_);
  EXPECT_EQ(config.types, (std::vector<TaggedType>{{"Arrest", {"Person"}}}));
  EXPECT_THAT(config.words, ElementsAre("arrested", "men", "police"));
  EXPECT_EQ(config.ontology.size(), ontology_.types().size());
}

TEST_F(TaggerExamples, FeaturesFitTheirTables) {
  const auto rows = FeatureRows(names_);
  for (const char* text : {"Police arrested two men.", "« Über-held » 3,000 U.S. O'Neill's ...",
                           "A man carries a box to a truck on Monday, and others look on."}) {
    for (const TaggerExample& example : Make({text, {}})) {
      for (const WordFeatures& word : example.words) {
        for (size_t i = 0; i < kWordFeatures; ++i) {
          EXPECT_GE(word[i], 0) << i;
          EXPECT_LT(word[i], rows[i]) << i;
        }
      }
    }
  }
}

TEST(DistanceRow, GrowsCoarserAndStaysInItsTable) {
  EXPECT_EQ(DistanceRow(5, 5), kDistanceRows / 2);
  EXPECT_NE(DistanceRow(5, 6), DistanceRow(6, 5));
  EXPECT_EQ(DistanceRow(0, 40), DistanceRow(0, 199));
  EXPECT_EQ(DistanceRow(0, 199), kDistanceRows - 1);
  EXPECT_EQ(DistanceRow(199, 0), 0);
}

}  // namespace
}  // namespace imago
