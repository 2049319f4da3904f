#include "query/event_pattern.h"

#include "gmock/gmock.h"
#include "query/spelling.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const EventOntology& House() {
  static const auto* house = new EventOntology(EventOntology::House().value());
  return *house;
}

std::string Refused(const std::string& text) {
  const auto pattern = ParseEventPattern(text);
  EXPECT_TRUE(absl::IsInvalidArgument(pattern.status())) << text;
  return std::string(pattern.status().message());
}

std::string Wrong(const EventPattern& pattern) {
  return std::string(CheckEventPattern(House(), pattern, "query[0].event").message());
}

TEST(EventPattern, IsReadFromText) {
  EXPECT_EQ(
      ParseEventPattern(" arrest ( agent = police , person = !man with a hat , place=* )").value(),
      (EventPattern{
          "arrest",
          {{"agent", "police", false}, {"person", "man with a hat", true}, {"place", "", false}}}));
  EXPECT_EQ(ParseEventPattern("Arrest").value(), (EventPattern{"Arrest", {}}));
  EXPECT_EQ(ParseEventPattern("Arrest()").value(), (EventPattern{"Arrest", {}}));
  EXPECT_EQ(ParseEventPattern("(agent=Anyone)").value(),
            (EventPattern{"", {{"agent", "", false}}}));
  EXPECT_EQ(ParseEventPattern("(agent=!*)").value(), (EventPattern{"", {{"agent", "", true}}}));
  EXPECT_EQ(ParseEventPattern(R"x((agent="a, \"b\" (c)"))x").value(),
            (EventPattern{"", {{"agent", "a, \"b\" (c)", false}}}));
  EXPECT_EQ(ParseEventPattern(R"((agent="anyone"))").value().roles[0].filler, "anyone");
}

TEST(EventPattern, IsWrittenAsItIsRead) {
  for (const char* text :
       {"Arrest", "Arrest(agent=police, person=!man)", "(agent=*, place=!*)",
        R"x((agent="a, \"b\" \\ (c)", person="!x", place="anyone", target=" y"))x"}) {
    const EventPattern pattern = ParseEventPattern(text).value();
    EXPECT_EQ(FormatEventPattern(pattern), text);
    EXPECT_EQ(ParseEventPattern(FormatEventPattern(pattern)).value(), pattern);
  }
}

TEST(EventPattern, ThatCannotBeReadSaysWhere) {
  EXPECT_THAT(Refused(""), HasSubstr("names no type and no role"));
  EXPECT_THAT(Refused("()"), HasSubstr("names no type and no role"));
  EXPECT_THAT(Refused("arrest(agent)"), HasSubstr("ROLE=FILLER (at byte 7"));
  EXPECT_THAT(Refused("arrest(=x)"), HasSubstr("ROLE=FILLER"));
  EXPECT_THAT(Refused("arrest(agent=)"), HasSubstr("agent must have a filler"));
  EXPECT_THAT(Refused("arrest(agent=!)"), HasSubstr("agent must have a filler"));
  EXPECT_THAT(Refused("arrest(agent=a"), HasSubstr("a comma or a closing bracket (at byte 14"));
  EXPECT_THAT(Refused("arrest(agent=a,)"), HasSubstr("a role must follow"));
  EXPECT_THAT(Refused("arrest(agent=\"a)"), HasSubstr("a quote is not closed"));
  EXPECT_THAT(Refused("arrest(agent=\"a\\"), HasSubstr("a quote is not closed"));
  EXPECT_THAT(Refused("arrest(agent=a)b"), HasSubstr("nothing may follow"));
  EXPECT_THAT(Refused("agent=police"), HasSubstr("is no name of a type"));
}

TEST(EventPattern, OfAnEventHasTheFirstFillerOfEachRole) {
  Event event;
  event.type = "Arrest";
  event.arguments.resize(3);
  event.arguments[0].role = event.arguments[1].role = "Agent";
  event.arguments[0].filler = "police";
  event.arguments[1].filler = "soldiers";
  event.arguments[2].role = "Person";
  event.arguments[2].filler = std::string(300, 'x');
  event.arguments[2].head = "man";
  EXPECT_EQ(PatternOf(event), (EventPattern{"Arrest", {{"Agent", "police"}, {"Person", "man"}}}));
}

TEST(EventPattern, IsCheckedAgainstTheOntology) {
  EXPECT_EQ(Wrong({"Arrest", {{"agent", "police"}, {"SUSPECT", "man"}}}), "");
  EXPECT_EQ(Wrong({"ArrestJail", {}}), "") << "a name of the type elsewhere";
  EXPECT_EQ(Wrong({"justice", {{"agent", "police"}}}), "") << "a parent";
  EXPECT_EQ(Wrong({"", {{"defendant", "man"}}}), "") << "some type has this role";
  EXPECT_THAT(
      Wrong({"Arest", {}}),
      StartsWith("query[0].event.type: there is no type \"Arest\"; spelled most alike: Arrest"));
  EXPECT_THAT(
      Wrong({"Arrest", {{"defendant", "man"}}}),
      "query[0].event.roles: Arrest has no role \"defendant\"; there are: Agent, Instrument, "
      "Person, Place");
  EXPECT_THAT(Wrong({"", {{"agnt", "man"}}}), HasSubstr("spelled most alike: Agent"));
  EXPECT_THAT(Wrong({"Arrest", {{"agent", "a"}, {"Agent", "b"}}}), HasSubstr("is there twice"));
  EXPECT_THAT(Wrong({"Arrest", {{"agent", std::string(201, 'a')}}}),
              HasSubstr("at most 200 bytes"));
  EXPECT_THAT(Wrong({"Arrest", std::vector<RoleWish>(17, {"agent", "a"})}),
              HasSubstr("at most 16"));
  EXPECT_THAT(Wrong({}), HasSubstr("must have a type or a role"));
}

TEST(EventPattern, MeansTypesBelowAParentToo) {
  const EventType& arrest = *House().Find("Arrest");
  EXPECT_TRUE(IsTypeOrBelow(House(), arrest, ""));
  EXPECT_TRUE(IsTypeOrBelow(House(), arrest, "arrest"));
  EXPECT_TRUE(IsTypeOrBelow(House(), arrest, "Justice"));
  EXPECT_FALSE(IsTypeOrBelow(House(), arrest, "Attack"));
  EventOntology ring;
  ASSERT_TRUE(ring.Add(R"({"events": [
      {"type": "A", "parent": "B", "definition": "x", "roles": {"X": ["person"]},
       "templates": ["{X} walked"], "verbs": ["walk"]},
      {"type": "B", "parent": "A", "definition": "x", "roles": {"X": ["person"]},
       "templates": ["{X} ran"], "verbs": ["run"]}]})",
                       "ring")
                  .ok());
  EXPECT_TRUE(IsTypeOrBelow(ring, *ring.Find("A"), "B"));
  EXPECT_FALSE(IsTypeOrBelow(ring, *ring.Find("A"), "C"));
}

TEST(NearestNames, AreThoseWithTheFewestChanges) {
  EXPECT_THAT(NearestNames("ATACK", {"Arrest", "Attack", "Back", "Transport"}),
              ElementsAre("Attack", "Back", "Arrest"));
  EXPECT_THAT(NearestNames("", {"ab", "a"}), ElementsAre("a", "ab"));
}

}  // namespace
}  // namespace imago
