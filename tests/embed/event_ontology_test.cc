#include "embed/event_ontology.h"

#include <set>

#include "embed/event_verbs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kHug[] = R"({"type": "Hug", "definition": "Someone hugs someone.",
  "roles": {"Agent": ["person"], "Target": ["person", "animal"], "Place": ["place"]},
  "templates": ["{Agent} hugged {Target} in {Place}"], "verbs": ["hug"])";

std::string File(const std::string& types) { return "{\"events\": [" + types + "]}"; }
std::string Hug(const std::string& more = "") { return std::string(kHug) + more + "}"; }

std::string ErrorOf(const std::string& json) {
  const auto types = ParseEventTypes(json, "my.json");
  return types.ok() ? "" : std::string(types.status().message());
}

TEST(EventOntology, TheHouseKnowsTheTypesOfAceM2e2AndTheCourse) {
  const auto house = EventOntology::House();
  ASSERT_TRUE(house.ok()) << house.status();
  for (const char* name :
       {"Wearing", "Treatment", "Researching", "Sanitizing", "Testing", "Vaccination", "Transport",
        "Movement:Transport", "Justice:Arrest-Jail", "Contact.Phone-Write", "Inspection",
        "Transaction.TransferMoney", "Medical.Intervention.Intervention", "carving"}) {
    EXPECT_NE(house->Find(name), nullptr) << name;
  }
  EXPECT_GT(house->types().size(), 400u);
}

TEST(EventOntology, FindsATypeByEachOfItsNamesWithoutCase) {
  const auto house = EventOntology::House();
  ASSERT_TRUE(house.ok()) << house.status();
  const EventType* arrest = house->Find("Arrest");
  ASSERT_NE(arrest, nullptr);
  EXPECT_EQ(house->Find("ARREST"), arrest);
  EXPECT_EQ(house->Find("justice.arrestjail"), arrest);
  EXPECT_EQ(house->Find("arresting"), arrest);
  EXPECT_EQ(house->Find("Arres"), nullptr);
}

TEST(EventOntology, FindsARoleByItsNamesElsewhere) {
  const auto house = EventOntology::House();
  ASSERT_TRUE(house.ok()) << house.status();
  const EventType* transport = house->Find("Transport");
  ASSERT_NE(transport, nullptr);
  ASSERT_NE(transport->FindRole("artifact"), nullptr);
  EXPECT_EQ(transport->FindRole("artifact")->name, "Entity");
  EXPECT_EQ(transport->FindRole("Bride"), nullptr);
}

TEST(EventOntology, EveryRoleOfTheHouseStandsInATemplateOrIsFilledByNouns) {
  const auto house = EventOntology::House();
  ASSERT_TRUE(house.ok()) << house.status();
  for (const EventType& type : house->types()) {
    std::set<std::string> used;
    for (const EventFrame& frame : type.frames) {
      EXPECT_FALSE(frame.verbs.empty()) << type.name << ": " << frame.grammar.text;
      for (const std::string& role : RolesOf(frame.grammar)) used.insert(role);
    }
    EXPECT_FALSE(used.empty()) << type.name;
  }
}

TEST(EventOntology, ATemplateGivesTheGrammar) {
  const auto grammar = ParseEventTemplate("{A} shook hands with {B} in {C}");
  ASSERT_TRUE(grammar.ok()) << grammar.status();
  EXPECT_EQ(grammar->subject, "A");
  EXPECT_EQ(grammar->object, "");
  EXPECT_THAT(grammar->verb, ElementsAre("shook", "hands"));
  EXPECT_THAT(grammar->prepositions, ElementsAre(std::pair<std::string, std::string>("with", "B"),
                                                 std::pair<std::string, std::string>("in", "C")));
}

TEST(EventOntology, ATemplateMayLackASubject) {
  const auto grammar = ParseEventTemplate("bore {Person} in {Place}");
  ASSERT_TRUE(grammar.ok()) << grammar.status();
  EXPECT_EQ(grammar->subject, "");
  EXPECT_EQ(grammar->object, "Person");
}

TEST(EventOntology, TemplatesThatCannotBeReadSayWhy) {
  EXPECT_THAT(std::string(ParseEventTemplate("{A} {B}").status().message()), HasSubstr("no verb"));
  EXPECT_THAT(std::string(ParseEventTemplate("{A} saw {B").status().message()), HasSubstr("{B"));
  EXPECT_THAT(std::string(ParseEventTemplate("{A} saw {B} very {C}").status().message()),
              HasSubstr("before {C}"));
  EXPECT_THAT(std::string(ParseEventTemplate("{A} saw {B} now").status().message()),
              HasSubstr("\"now\""));
}

TEST(EventOntology, ATypeOfOnesOwnReplacesTheHousesAndComesFirst) {
  auto ontology = EventOntology::House();
  ASSERT_TRUE(ontology.ok()) << ontology.status();
  const size_t count = ontology->types().size();
  ASSERT_TRUE(ontology->Add(File(Hug(R"(, "also": ["arresting"])")), "my.json").ok());
  EXPECT_EQ(ontology->types().size(), count + 1);
  EXPECT_EQ(ontology->types().front().name, "Hug");
  EXPECT_EQ(ontology->Find("arresting")->name, "Hug");
  ASSERT_TRUE(ontology->Add(File(Hug()), "my.json").ok());
  EXPECT_EQ(ontology->types().size(), count + 1);
}

TEST(EventOntology, ABadFileAddsNothing) {
  EventOntology ontology;
  ASSERT_TRUE(ontology.Add(File(Hug()), "my.json").ok());
  EXPECT_FALSE(ontology.Add(File(R"({"type": "Kiss"})"), "my.json").ok());
  EXPECT_EQ(ontology.types().size(), 1u);
  EXPECT_NE(ontology.Find("hug"), nullptr);
}

TEST(EventOntology, ErrorsNameFileTypeMemberAndValue) {
  EXPECT_EQ(ErrorOf(File(Hug())), "");
  EXPECT_THAT(ErrorOf(File(Hug(R"(, "nown": [])"))),
              AllOf(HasSubstr("my.json"), HasSubstr("\"Hug\""), HasSubstr("nown")));
  EXPECT_THAT(ErrorOf(File(Hug(R"(, "symmetric": ["Agents"])"))),
              HasSubstr("symmetric: there is no role \"Agents\", there are Agent, Target, Place"));
  EXPECT_THAT(ErrorOf(File(Hug(R"(, "nouns": ["hug", "Hug"])"))),
              HasSubstr("nouns: \"Hug\" stands there twice"));
  EXPECT_THAT(ErrorOf(File(Hug(R"(, "nouns": [3])"))), HasSubstr("nouns: 3 must be a text"));
  EXPECT_THAT(ErrorOf(File(Hug(R"(, "like": {"kiss": []})"))),
              HasSubstr("like.kiss: no further template has this verb"));
  EXPECT_THAT(ErrorOf(File(Hug() + "," + Hug())), HasSubstr("the name \"Hug\" is taken"));
  EXPECT_THAT(ErrorOf(R"({"events": 3})"), HasSubstr("must be {\"events\": [...]}"));
  EXPECT_THAT(ErrorOf(R"({"events": [)"), HasSubstr("my.json"));
  EXPECT_THAT(ErrorOf(File("{}")), HasSubstr("my.json: type 1: type: is missing"));
}

TEST(EventOntology, ErrorsNameWhatIsWrongWithRolesTemplatesAndVerbs) {
  const auto with = [](const std::string& roles, const std::string& text,
                       const std::string& verbs) {
    return ErrorOf(File(R"({"type": "X", "definition": "d.", "roles": )" + roles +
                        R"(, "templates": [")" + text + R"("], "verbs": )" + verbs + "}"));
  };
  const std::string roles = R"({"A": ["person"]})";
  EXPECT_EQ(with(roles, "{A} ran", R"(["run"])"), "");
  EXPECT_THAT(with(R"({"A": ["persn"]})", "{A} ran", R"(["run"])"),
              HasSubstr("roles.A: \"persn\" is no kind, there are anything, person"));
  EXPECT_THAT(with("{}", "{A} ran", R"(["run"])"), HasSubstr("at least one role"));
  EXPECT_THAT(with(roles, "{B} ran", R"(["run"])"),
              HasSubstr("templates: \"{B} ran\": there is no role \"B\""));
  EXPECT_THAT(with(roles, "{A} ran", R"(["jump"])"),
              HasSubstr("the verb of \"{A} ran\" is neither in verbs nor in like"));
  EXPECT_THAT(with(roles, "{A} ran", R"(["run", "run"])"), HasSubstr("\"run\" stands there twice"));
}

TEST(EventVerbs, RegularAndIrregularFormsAreSpelledRight) {
  EXPECT_EQ(Gerund("carry"), "carrying");
  EXPECT_EQ(PastTense("carry"), "carried");
  EXPECT_EQ(ThirdPerson("carry"), "carries");
  EXPECT_EQ(Gerund("hit"), "hitting");
  EXPECT_EQ(PastTense("arrest"), "arrested");
  EXPECT_EQ(Gerund("treat"), "treating");
  EXPECT_EQ(Gerund("dye"), "dyeing");
  EXPECT_EQ(Gerund("tie"), "tying");
  EXPECT_EQ(Gerund("flee"), "fleeing");
  EXPECT_EQ(PastTense("wear"), "wore");
  EXPECT_EQ(Participle("wear"), "worn");
  EXPECT_EQ(ThirdPerson("push"), "pushes");
  EXPECT_EQ(Gerund("shovel"), "shoveling");
  EXPECT_EQ(Plural("policeman"), "policemen");
  EXPECT_EQ(Plural("mask"), "masks");
  EXPECT_EQ(Plural("human"), "humans");
  EXPECT_EQ(Plural("woman"), "women");
}

TEST(EventVerbs, BothSpellingsOfLongVerbsAreKnown) {
  std::set<std::string> words;
  for (const InflectedVerb& form : InflectVerb("travel")) words.insert(form.word);
  EXPECT_EQ(words, (std::set<std::string>{"travel", "travels", "traveling", "travelling",
                                          "traveled", "travelled"}));
}

TEST(EventVerbs, AWordThatIsSeveralFormsSaysSo) {
  const auto forms = InflectVerb("put");
  ASSERT_FALSE(forms.empty());
  EXPECT_EQ(forms[0].word, "put");
  EXPECT_EQ(forms[0].forms, unsigned{kBaseForm | kPastForm | kParticipleForm});
}

}  // namespace
}  // namespace imago
