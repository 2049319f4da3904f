#include "embed/plain_reading.h"

#include "gtest/gtest.h"

namespace imago {
namespace {

class PlainReading : public testing::Test {
 protected:
  // Whether the first event of a sentence is read plainly; its type must be the one expected.
  bool Of(const std::string& text, const std::string& type) const {
    const std::vector<TextSentence> sentences = ReadSentences(text);
    const RuleReading reading = ReadByRules(sentences.at(0), lexicon_);
    const DraftEvent& draft = reading.drafts.at(0);
    EXPECT_EQ(lexicon_.type(draft.type).name, type) << text;
    return IsPlainReading(reading, draft, lexicon_.type(draft.type));
  }

  // "Soldiers attacked a town", and so many noun phrases more.
  bool WithOthers(size_t others, std::vector<DraftArgument> arguments) const {
    RuleReading reading;
    for (size_t i = 0; i < 2 + others; ++i) {
      Phrase phrase;
      phrase.words = phrase.head = {2 * i, 2 * i};
      reading.phrases.push_back(phrase);
    }
    DraftEvent draft;
    draft.trigger = 1;
    draft.arguments = std::move(arguments);
    reading.drafts = {draft};
    return IsPlainReading(reading, draft, *ontology_.Find("Attack"));
  }

  static DraftArgument Filled(const std::string& role, size_t word) {
    return {role, {word, word}, {word, word}, 1};
  }

  const EventOntology ontology_ = EventOntology::House().value();
  const EventLexicon lexicon_{ontology_};
};

TEST_F(PlainReading, IsASubjectAVerbAndAnObject) {
  EXPECT_TRUE(Of("Soldiers attacked a town.", "Attack"));
  EXPECT_TRUE(Of("A town was attacked by soldiers.", "Attack"));
}

TEST_F(PlainReading, NeedsBothSubjectAndObject) {
  EXPECT_FALSE(Of("Soldiers attacked.", "Attack"));
  EXPECT_FALSE(Of("A town was attacked.", "Attack"));
  EXPECT_FALSE(WithOthers(0, {Filled("Attacker", 0)}));
  EXPECT_FALSE(WithOthers(0, {Filled("Target", 2)}));
}

TEST_F(PlainReading, IsOfVerbsAlone) {
  EXPECT_FALSE(Of("The attack by soldiers on a town", "Attack"));
}

TEST_F(PlainReading, MayLeaveOneNounPhraseOpen) {
  const std::vector<DraftArgument> both = {Filled("Attacker", 0), Filled("Target", 2)};
  EXPECT_TRUE(WithOthers(0, both));
  EXPECT_TRUE(WithOthers(1, both));
  EXPECT_FALSE(WithOthers(2, both));
}

TEST_F(PlainReading, AThirdRoleThatIsNoPlaceMakesItPlain) {
  std::vector<DraftArgument> three = {Filled("Attacker", 0), Filled("Target", 2),
                                      Filled("Instrument", 4)};
  EXPECT_TRUE(WithOthers(3, three));
  three.back().role = "Place";
  EXPECT_FALSE(WithOthers(3, three));
}

TEST_F(PlainReading, WhatAnotherEventHoldsIsNotOpen) {
  RuleReading reading;
  for (size_t word : {0, 2, 4, 6}) {
    Phrase phrase;
    phrase.words = phrase.head = {word, word};
    reading.phrases.push_back(phrase);
  }
  DraftEvent attack;
  attack.trigger = 1;
  attack.arguments = {Filled("Attacker", 0), Filled("Target", 2)};
  reading.drafts = {attack};
  const EventType& type = *ontology_.Find("Attack");
  EXPECT_FALSE(IsPlainReading(reading, attack, type)) << "two noun phrases are open";
  DraftEvent other;
  other.trigger = 5;
  other.arguments = {Filled("Agent", 4)};
  reading.drafts.push_back(other);
  EXPECT_TRUE(IsPlainReading(reading, attack, type));
}

}  // namespace
}  // namespace imago
