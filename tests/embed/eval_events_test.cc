#include "embed/eval_events.h"

#include <algorithm>
#include <set>

#include "embed/event_sentences.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

using ::testing::HasSubstr;

// Always reads the same events.
class FixedExtractor : public EventExtractor {
 public:
  explicit FixedExtractor(std::vector<Event> events)
      : ontology_(EventOntology::House().value()), events_(std::move(events)) {}
  std::string name() const override { return "fixed"; }
  const EventOntology& ontology() const override { return ontology_; }
  absl::StatusOr<std::vector<Event>> Extract(const Content&) const override { return events_; }

 private:
  EventOntology ontology_;
  std::vector<Event> events_;
};

Event Found(const std::string& type, const std::string& trigger, const std::string& role,
            const std::string& head) {
  Event event;
  event.type = type;
  event.trigger = trigger;
  event.arguments.push_back({role, head, {}, head, {}, 1, {}});
  return event;
}

EventScores Score(const std::vector<Event>& found,
                  const std::vector<ReferenceSentence>& sentences) {
  return ScoreEvents(FixedExtractor(found), sentences).value();
}

TEST(EvalEvents, NamesOfTheReferenceAreLookedUpInTheOntology) {
  const ReferenceSentence sentence = {
      "Police arrested Bob Hill.",
      {{"Justice.ArrestJail", "arrested", {{"Suspect", "Bob Hill"}, {"Agent", "Police"}}}}};
  const EventScores scores = Score({Found("Arrest", "Arrested", "Person", "Mr. Hill")}, {sentence});
  EXPECT_EQ(scores.triggers.right, 1u);
  EXPECT_EQ(scores.arguments.right, 1u);
  EXPECT_EQ(scores.arguments.found, 1u);
  EXPECT_EQ(scores.arguments.reference, 2u);
  EXPECT_NEAR(scores.arguments.f1(), 2.0 / 3, 1e-12);
}

TEST(EvalEvents, ArgumentsThatDoNotStandInTheSentenceAreLeftOut) {
  const ReferenceSentence sentence = {"They were arrested.",
                                      {{"Arrest", "arrested", {{"Person", "men"}}}}};
  EXPECT_EQ(Score({}, {sentence}).arguments.reference, 0u);
}

TEST(EvalEvents, TypesAndRolesThatTheReferenceNeverUsesAreLeftOut) {
  const ReferenceSentence sentence = {"Men were arrested.",
                                      {{"Arrest", "arrested", {{"Person", "Men"}}}}};
  const EventScores scores =
      Score({Found("Wearing", "wear", "Agent", "men"), Found("Arrest", "arrested", "Place", "men")},
            {sentence});
  EXPECT_EQ(scores.triggers.found, 1u);
  EXPECT_EQ(scores.arguments.found, 0u);
}

TEST(EvalEvents, EachEventOfTheReferenceIsMatchedOnce) {
  const ReferenceSentence sentence = {"Men were arrested.", {{"Arrest", "arrested", {}}}};
  const Event event = Found("Arrest", "arrested", "Person", "men");
  const EventScores scores = Score({event, event}, {sentence});
  EXPECT_EQ(scores.triggers.right, 1u);
  EXPECT_EQ(scores.triggers.found, 2u);
}

TEST(EvalEvents, AWrongTypeOrRoleOrWordIsWrong) {
  const ReferenceSentence sentence = {
      "Police arrested men.",
      {{"Arrest", "arrested", {{"Person", "men"}, {"Agent", "Police"}}}, {"Die", "dead", {}}}};
  EXPECT_EQ(Score({Found("Die", "arrested", "Person", "men")}, {sentence}).triggers.right, 0u);
  EXPECT_EQ(Score({Found("Arrest", "men", "Agent", "men")}, {sentence}).triggers.right, 0u);
  EXPECT_EQ(Score({Found("Arrest", "men", "Agent", "men")}, {sentence}).arguments.right, 0u);
}

TEST(NewsCaptions, TokensAreJoinedAsPeopleWrite) {
  EXPECT_EQ(JoinTokens("Park Geun - hye ' s car in St . Paul , Minn ., after ( 2 ) days"),
            "Park Geun-hye's car in St. Paul, Minn., after (2) days");
  EXPECT_EQ(JoinTokens("FILE - A man in the U . S . Senate"), "FILE - A man in the U.S. Senate");
}

TEST(NewsCaptions, ErrorsNameFileAndLine) {
  const std::string path = MakeTempDir() + "/news.jsonl";
  WriteTestFile(path, "{\"image_id\": \"a\", \"events\": []}\n{\"image_id\": \"b\"}\n");
  const auto captions = ReadNewsCaptions(path);
  ASSERT_FALSE(captions.ok());
  EXPECT_THAT(std::string(captions.status().message()), HasSubstr(path + ": line 2: events"));
}

TEST(NewsCaptions, ASentenceUnderTwoPicturesTellsOfItsEventsOnce) {
  const std::string path = MakeTempDir() + "/news.jsonl";
  const std::string event =
      R"({"type": "Arrest", "trigger": "arrested", "sentence": "Police arrested men .", "args": []})";
  ASSERT_FALSE(IsHeldOut("b") || IsHeldOut("c"));
  WriteTestFile(path, R"({"image_id": "b", "events": [)" + event + ", " + event + "]}\n" +
                          R"({"image_id": "c", "events": [)" + event + ", " + event + "]}\n");
  const auto captions = ReadNewsCaptions(path);
  ASSERT_TRUE(captions.ok()) << captions.status();
  ASSERT_EQ(captions->known.size(), 1u);
  EXPECT_EQ(captions->known[0].events.size(), 2u);
}

TEST(NewsCaptions, TheRulesAndTheWordListOnTheHeldOutFifth) {
  IMAGO_NEED_SHARED_DATA("news-captions");
  const auto captions = ReadNewsCaptions(SharedData("news-captions/voa_caption_events.jsonl.gz"));
  ASSERT_TRUE(captions.ok()) << captions.status();
  EXPECT_NEAR(ScoreWordList(*captions, nullptr).f1(), 0.74, 0.01);
  const auto rules = NewRuleExtractor(EventOntology::House().value());
  const auto scores = ScoreEvents(*rules, ReferenceOf(captions->held));
  ASSERT_TRUE(scores.ok()) << scores.status();
  EXPECT_GT(scores->triggers.f1(), 0.70);
  EXPECT_GT(scores->arguments.f1(), 0.37);
}

TEST(NewsCaptions, TheTaggerReadsTheHeldOutFifthBetterThanTheRules) {
  IMAGO_NEED_SHARED_DATA("news-captions");
  const auto captions = ReadNewsCaptions(SharedData("news-captions/voa_caption_events.jsonl.gz"));
  ASSERT_TRUE(captions.ok()) << captions.status();
  const auto tagger =
      OpenTrainedExtractor(EventOntology::House().value(), SourcePath("models/imago-event-tagger"));
  ASSERT_TRUE(tagger.ok()) << tagger.status();
  std::vector<ReferenceSentence> held = ReferenceOf(captions->held);
  if (kSanitized) held.resize(held.size() / 40);
  const auto scores = ScoreEvents(**tagger, held);
  ASSERT_TRUE(scores.ok()) << scores.status();
  EXPECT_GT(scores->triggers.f1(), kSanitized ? 0.78 : 0.83);
  EXPECT_GT(scores->arguments.f1(), kSanitized ? 0.55 : 0.61);
}

class EventSentences : public testing::Test {
 protected:
  std::vector<MadeSentence> Make(SentencePart part, uint64_t seed, int count) const {
    return MakeEventSentences(ontology_, lexicon_, part, seed, count);
  }

  const EventOntology ontology_ = EventOntology::House().value();
  const EventLexicon lexicon_{ontology_};
};

TEST_F(EventSentences, EqualSeedsGiveEqualSentences) {
  const auto first = Make(SentencePart::kTrain, 3, 50);
  const auto again = Make(SentencePart::kTrain, 3, 50);
  const auto other = Make(SentencePart::kTrain, 4, 50);
  int differ = 0;
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].text, again[i].text);
    differ += first[i].text != other[i].text ? 1 : 0;
  }
  EXPECT_GT(differ, 25);
}

TEST_F(EventSentences, TriggersAndFillersStandInTheSentence) {
  for (const SentencePart part : {SentencePart::kTrain, SentencePart::kTest}) {
    for (const MadeSentence& one : Make(part, 5, 300)) {
      std::string lower = one.text;
      for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      for (const NewsEvent& event : one.events) {
        EXPECT_THAT(lower, HasSubstr(event.trigger)) << event.type;
        for (const NewsArgument& argument : event.arguments) {
          std::string filler = argument.text;
          for (char& c : filler) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
          EXPECT_THAT(lower, HasSubstr(filler)) << event.type << " " << argument.role;
        }
      }
    }
  }
}

TEST_F(EventSentences, SomeHaveNoEvent) {
  const auto made = Make(SentencePart::kTest, 6, 400);
  const auto without = std::count_if(made.begin(), made.end(),
                                     [](const MadeSentence& one) { return one.events.empty(); });
  EXPECT_GT(without, 20);
  EXPECT_LT(without, 100);
}

TEST_F(EventSentences, ThePartsShareNoTypeAndTrigger) {
  const auto triggers = [this](SentencePart part) {
    std::set<std::string> out;
    for (const MadeSentence& one : Make(part, 8, 2000)) {
      for (const NewsEvent& event : one.events) out.insert(event.type + " " + event.trigger);
    }
    return out;
  };
  const std::set<std::string> train = triggers(SentencePart::kTrain);
  for (const std::string& one : triggers(SentencePart::kTest))
    EXPECT_EQ(train.count(one), 0u) << one;
}

TEST_F(EventSentences, TheRulesAndTheTaggerReadTheHeldOutOnes) {
  std::vector<ReferenceSentence> sentences;
  for (MadeSentence& one : Make(SentencePart::kTest, 9, kSanitized ? 200 : 1000)) {
    sentences.push_back({std::move(one.text), std::move(one.events)});
  }
  const auto scores =
      ScoreEvents(*NewRuleExtractor(EventOntology::House().value()), sentences).value();
  EXPECT_GT(scores.triggers.f1(), 0.9);
  EXPECT_GT(scores.arguments.f1(), 0.8);
  EXPECT_EQ(scores.without_right, scores.without);
  const auto tagger =
      OpenTrainedExtractor(EventOntology::House().value(), SourcePath("models/imago-event-tagger"));
  ASSERT_TRUE(tagger.ok()) << tagger.status();
  const auto tagged = ScoreEvents(**tagger, sentences).value();
  EXPECT_GT(tagged.triggers.f1(), 0.9);
  EXPECT_GT(tagged.arguments.f1(), 0.8);
}

}  // namespace
}  // namespace imago
