// Captions are read: each case says what is in the sentence, to the word.

#include <algorithm>

#include "embed/event_extractor.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// Both extractors: the rules, and the rules with the tagger that ships.
const EventExtractor& Extractor(const std::string& name) {
  static const auto rules = NewRuleExtractor(EventOntology::House().value());
  static const auto tagger =
      OpenTrainedExtractor(EventOntology::House().value(), SourcePath("models/imago-event-tagger"))
          .value();
  return name == "rules" ? *rules : *tagger;
}

// "Agent=protesters", by the head's word or words.
std::vector<std::string> Heads(const Event& event) {
  std::vector<std::string> out;
  for (const EventArgument& one : event.arguments) {
    out.push_back(fmt::format("{}={}", one.role, one.head));
  }
  return out;
}

class EventRules : public testing::TestWithParam<std::string> {
 protected:
  static const EventExtractor& Reader() { return Extractor(GetParam()); }

  static std::vector<Event> Read(const std::string& text) {
    return Reader().Extract(TextContent{text}).value();
  }

  // The heads of the first event of the type; "none" when there is none.
  static std::vector<std::string> HeadsOf(const std::string& text, const std::string& type) {
    const std::vector<Event> events = Read(text);
    const auto found = std::find_if(events.begin(), events.end(),
                                    [&](const Event& event) { return event.type == type; });
    return found == events.end() ? std::vector<std::string>{"none"} : Heads(*found);
  }

  static std::vector<std::string> Triggers(const std::string& text) {
    std::vector<std::string> out;
    for (const Event& event : Read(text)) {
      out.push_back(fmt::format("{} {}", event.type, event.trigger));
    }
    return out;
  }
};

INSTANTIATE_TEST_SUITE_P(Both, EventRules, testing::Values("rules", "tagger"),
                         [](const auto& info) { return info.param; });

constexpr char kStretcher[] =
    "Antigovernment protesters carry an injured man on a stretcher after clashes with riot police "
    "on Independence Square in Kyiv on February 20, 2014.";

TEST_P(EventRules, ReadTheStretcherExactly) {
  const Event event = Read(kStretcher).front();
  EXPECT_EQ(event.type, "Transport");
  EXPECT_EQ(event.trigger, "carry");
  EXPECT_THAT(Heads(event),
              UnorderedElementsAre("Agent=protesters", "Entity=man", "Instrument=stretcher",
                                   "Place=Independence Square"));
  const auto entity = std::find_if(event.arguments.begin(), event.arguments.end(),
                                   [](const EventArgument& one) { return one.role == "Entity"; });
  ASSERT_NE(entity, event.arguments.end());
  EXPECT_EQ(entity->filler, "injured man");
  EXPECT_EQ(std::string(kStretcher).substr(entity->span.begin, 11), "injured man");
  EXPECT_THAT(Triggers(kStretcher), Contains("Attack clashes"));
}

TEST_P(EventRules, ReadTheInspectionExactly) {
  const std::string text =
      "Investigators inspect parts of a destroyed car at the site of a car bombing in Beirut, Jan. "
      "21, 2014.";
  const Event event = Read(text).front();
  EXPECT_EQ(event.type, "Inspection");
  EXPECT_EQ(event.trigger, "inspect");
  EXPECT_THAT(Heads(event),
              UnorderedElementsAre("Agent=Investigators", "Target=parts", "Place=Beirut"));
  EXPECT_THAT(event.arguments,
              Contains(testing::Field(&EventArgument::filler, "parts of a destroyed car")));
}

TEST_P(EventRules, ReadTheCoursesSevenTypes) {
  EXPECT_THAT(HeadsOf("A person wears a mask.", "Wearing"),
              ElementsAre("Agent=person", "Item=mask"));
  EXPECT_THAT(HeadsOf("A doctor treats a patient.", "Treatment"),
              ElementsAre("Agent=doctor", "Target=patient"));
  EXPECT_THAT(HeadsOf("A researcher studies a dropper.", "Researching"),
              ElementsAre("Agent=researcher", "Target=dropper"));
  EXPECT_THAT(HeadsOf("A person sanitizes with a sprayer.", "Sanitizing"),
              ElementsAre("Agent=person", "Tool=sprayer"));
  EXPECT_THAT(HeadsOf("A woman takes a swab test in her car.", "Testing"),
              UnorderedElementsAre("Agent=woman", "Place=car"));
  EXPECT_THAT(HeadsOf("A woman vaccinates a girl.", "Vaccination"),
              ElementsAre("Agent=woman", "Target=girl"));
  EXPECT_THAT(HeadsOf("A man carries a box to a truck.", "Transport"),
              IsSupersetOf({"Agent=man", "Entity=box"}));
}

TEST_P(EventRules, PassiveVoiceTurnsTheRolesRound) {
  EXPECT_THAT(HeadsOf("A man is being treated by doctors in a hospital.", "Treatment"),
              UnorderedElementsAre("Agent=doctors", "Target=man", "Place=hospital"));
  EXPECT_THAT(HeadsOf("A man arrested by police sits in a car.", "Arrest"),
              UnorderedElementsAre("Agent=police", "Person=man"));
}

TEST_P(EventRules, ParticiplesBelongToTheNounBeforeThem) {
  const std::string text = "People wearing masks carry a coffin.";
  EXPECT_THAT(HeadsOf(text, "Wearing"), ElementsAre("Agent=People", "Item=masks"));
  EXPECT_THAT(HeadsOf(text, "Transport"), ElementsAre("Agent=People", "Entity=coffin"));
}

TEST_P(EventRules, JoinedSubjectsAndVerbsShareTheirArguments) {
  EXPECT_THAT(HeadsOf("A doctor and a nurse who work in Rome treat a child.", "Treatment"),
              IsSupersetOf({"Agent=doctor", "Agent=nurse", "Target=child"}));
  const std::string text = "Police detained and beat two protesters.";
  EXPECT_THAT(HeadsOf(text, "Arrest"), ElementsAre("Agent=Police", "Person=protesters"));
  EXPECT_THAT(HeadsOf(text, "Attack"), ElementsAre("Attacker=Police", "Target=protesters"));
}

TEST_P(EventRules, TellPlacesToolsAndTimesApart) {
  EXPECT_THAT(HeadsOf("Police arrested a man with batons in Kyiv on Monday.", "Arrest"),
              ElementsAre("Agent=Police", "Person=man", "Instrument=batons", "Place=Kyiv"));
  EXPECT_THAT(HeadsOf("In Beirut, soldiers fired tear gas at demonstrators.", "Attack"),
              UnorderedElementsAre("Attacker=soldiers", "Instrument=gas", "Target=demonstrators",
                                   "Place=Beirut"));
}

TEST_P(EventRules, NounsTellOfEventsAndTakeTheActorOfAVerbThatTellsLittle) {
  const std::string text = "Protesters hold a rally in Tbilisi.";
  EXPECT_THAT(Triggers(text), ElementsAre("Demonstrate rally"));
  EXPECT_THAT(HeadsOf(text, "Demonstrate"),
              UnorderedElementsAre("Entity=Protesters", "Place=Tbilisi"));
}

TEST_P(EventRules, WhatAgenciesAddAndQuotesAreNotRead) {
  EXPECT_THAT(Triggers("FILE - A woman vaccinates a girl. (AP Photo/Rally Marcher)"),
              ElementsAre("Vaccination vaccinates"));
  EXPECT_THAT(Triggers("\"They attacked and killed us,\" a woman says at a market."), IsEmpty());
}

TEST_P(EventRules, CaptionsWithoutEventsGiveNone) {
  for (const char* text : {"A red car on a green field.", "A mountain lake at sunset.", "", " ",
                           "Portrait of the president, February 2014"}) {
    EXPECT_THAT(Triggers(text), IsEmpty()) << text;
  }
}

TEST_P(EventRules, EveryPlaceIsAStretchOfTheTextAndEveryConfidenceAShare) {
  const std::string text =
      "„Übung“ – Soldiers in Kyïv carry an injured man; two people were killed by the blast’s "
      "fire.";
  const std::vector<Event> events = Read(text);
  EXPECT_THAT(events, Not(IsEmpty()));
  for (const Event& event : events) {
    const TextSpan& span = event.trigger_span;
    EXPECT_EQ(text.substr(span.begin, span.end - span.begin), event.trigger);
    EXPECT_GT(event.confidence, 0);
    EXPECT_LE(event.confidence, 1);
    for (const EventArgument& one : event.arguments) {
      EXPECT_EQ(text.substr(one.span.begin, one.span.end - one.span.begin), one.filler);
      EXPECT_GE(one.head_span.begin, one.span.begin);
      EXPECT_LE(one.head_span.end, one.span.end);
    }
  }
}

TEST_P(EventRules, PicturesAndEndlessTextsAreRefused) {
  EXPECT_EQ(Reader().Extract(ImageContent{}).status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(Reader().Extract(TextContent{std::string(kMaxEventTextBytes + 1, 'a')}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(EventRules, TypesOfOnesOwnAreReadBeforeTheHouses) {
  EventOntology ontology = EventOntology::House().value();
  ASSERT_TRUE(ontology
                  .Add(R"({"events": [{"type": "Porting", "definition": "Someone carries.",
                          "roles": {"Porter": ["person"], "Load": ["anything"]},
                          "templates": ["{Porter} carried {Load}"], "verbs": ["carry"]}]})",
                       "my.json")
                  .ok());
  const auto events =
      NewRuleExtractor(std::move(ontology))->Extract(TextContent{"A man carries a box."}).value();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type, "Porting");
  EXPECT_THAT(Heads(events[0]), ElementsAre("Porter=man", "Load=box"));
}

Event Made(const std::string& type, const std::vector<std::string>& fillers) {
  Event event;
  event.type = type;
  for (const std::string& filler : fillers)
    event.arguments.push_back({"Role", filler, {}, "", {}, 1, {}});
  return event;
}

TEST(SalientEvent, IsTheOneWithMostArgumentsAndThenTheCommonestType) {
  const EventTypeCounts counts = {{"Attack", 9}, {"Meet", 1}};
  EXPECT_EQ(SalientEvent({Made("Attack", {"a"}), Made("Meet", {"a", "b"})}, counts)->type, "Meet");
  EXPECT_EQ(SalientEvent({Made("Meet", {"a"}), Made("Attack", {"a"})}, counts)->type, "Attack");
  EXPECT_FALSE(SalientEvent({}, counts).has_value());
}

TEST(SalientEvent, PutsTheArgumentsOfEqualTypesTogether) {
  const auto event = SalientEvent(
      {Made("Meet", {"a", "b"}), Made("Attack", {"a", "b"}), Made("Attack", {"b", "c"})}, {});
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->type, "Attack");
  EXPECT_EQ(event->arguments.size(), 3u);
}

}  // namespace
}  // namespace imago
