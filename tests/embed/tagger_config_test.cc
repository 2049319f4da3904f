#include "embed/tagger_config.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TaggerConfig Small() {
  TaggerConfig config;
  config.words = {"police", "arrest"};
  config.more_words = {"aback"};
  config.pieces = {"[PAD]", "##ed"};
  config.ontology = {"Arrest", "Meet", "Wearing"};
  config.types = {{"Arrest", {"Agent", "Person"}}, {"Meet", {"Participant", "Agent"}}};
  config.card_json = R"({"seed":1})";
  return config;
}

std::string ErrorOf(const std::string& from, const std::string& to) {
  std::string json = TaggerConfigToJson(Small());
  const size_t at = json.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  json.replace(at, from.size(), to);
  return std::string(ParseTaggerConfig(json).status().message());
}

TEST(TaggerConfig, IsReadAsItWasWritten) {
  const auto read = ParseTaggerConfig(TaggerConfigToJson(Small()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, Small());
}

TEST(TaggerConfig, PiecesAreNotNeeded) {
  TaggerConfig config = Small();
  config.pieces.clear();
  const std::string json = TaggerConfigToJson(config);
  EXPECT_THAT(json, Not(HasSubstr("pieces")));
  EXPECT_EQ(ParseTaggerConfig(json).value(), config);
}

TEST(TaggerConfig, ErrorsNameTheKey) {
  EXPECT_THAT(ErrorOf("\"words\"", "\"wrods\""), HasSubstr("\"wrods\" is not known"));
  EXPECT_THAT(ErrorOf("\"name\":\"imago-event-tagger\",", ""), HasSubstr("\"name\" is missing"));
  EXPECT_THAT(ErrorOf("\"format\":1", "\"format\":2"), HasSubstr("\"format\" must be 1"));
  EXPECT_THAT(ErrorOf("0.5", "1.5"), HasSubstr("\"trigger_threshold\" is 1.5"));
  EXPECT_THAT(ErrorOf("\"police\"", "\"arrest\""), HasSubstr("\"words\" has \"arrest\" twice"));
  EXPECT_THAT(ErrorOf("\"aback\"", "\"arrest\""), HasSubstr("\"more_words\" has \"arrest\""));
  EXPECT_THAT(ErrorOf("\"aback\"", "7"), HasSubstr("\"more_words\" has 7, which is no name"));
  EXPECT_THAT(ErrorOf("\"type\":\"Meet\"", "\"type\":\"Arrest\""),
              HasSubstr("\"types\" has \"Arrest\" twice"));
}

TEST(TaggerConfig, TextThatIsNoJsonIsRefused) {
  for (const char* text : {"", "[]", "{", "{\"format\":1,\"format\":1}"}) {
    EXPECT_FALSE(ParseTaggerConfig(text).ok()) << text;
  }
}

TEST(TaggerNames, AreNumbersFromOne) {
  const TaggerNames names(Small());
  EXPECT_EQ(names.Word("arrest"), 2);
  EXPECT_EQ(names.Word("aback"), 0);
  EXPECT_EQ(names.Vector("aback"), 3);
  EXPECT_EQ(names.Type("Meet"), 2);
  EXPECT_EQ(names.Type("Wearing"), 0);
  EXPECT_EQ(names.OntologyType("Wearing"), 3);
  EXPECT_EQ(names.role(names.Role("Participant")), "Participant");
  EXPECT_EQ(names.roles(), 3u);
}

TEST(TaggerNames, KnowTheRolesOfEachType) {
  const TaggerNames names(Small());
  EXPECT_TRUE(names.TypeHasRole(1, names.Role("Person")));
  EXPECT_FALSE(names.TypeHasRole(2, names.Role("Person")));
  EXPECT_TRUE(names.TypeHasRole(2, names.Role("Agent")));
  EXPECT_FALSE(names.TypeHasRole(1, 0));
}

}  // namespace
}  // namespace imago
