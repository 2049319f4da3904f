// `imago events`, the program itself.

#include <nlohmann/json.hpp>
#include <string>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/shell.h"

namespace imago {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class EventsCommand : public testing::Test {
 protected:
  // The program with these arguments, as a shell reads them.
  Outcome Run(const std::string& arguments) const {
    return RunShell(fmt::format("'{}' {}", IMAGO_PROGRAM, arguments), home_);
  }

  const std::string home_ = MakeTempDir();
};

TEST_F(EventsCommand, PrintsALineForEachEvent) {
  const Outcome outcome = Run("events 'A woman vaccinates a girl.' 'A red car.'");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Vaccination  vaccinates"));
  EXPECT_THAT(outcome.out, HasSubstr("Agent: woman, Target: girl"));
  EXPECT_THAT(outcome.out, HasSubstr("no event"));
}

TEST_F(EventsCommand, PrintsTheJsonOfRest) {
  const Outcome one = Run("events --json 'A woman vaccinates a girl.'");
  EXPECT_EQ(json::parse(one.out)["events"][0]["type"], "Vaccination");
  WriteTestFile(home_ + "/captions.txt", "A woman vaccinates a girl.\n\nA red car.\n");
  const Outcome file = Run(fmt::format("events --json --file '{}/captions.txt'", home_));
  EXPECT_EQ(json::parse(file.out)["results"].size(), 2u);
}

TEST_F(EventsCommand, TakesTypesOfOnesOwn) {
  WriteTestFile(home_ + "/my.json",
                R"({"events": [{"type": "Porting", "definition": "Someone carries.",
                    "roles": {"Porter": ["person"]}, "templates": ["{Porter} carried"],
                    "verbs": ["carry"]}]})");
  const Outcome read = Run(fmt::format("events --ontology '{}/my.json' 'A man carries.'", home_));
  EXPECT_THAT(read.out, HasSubstr("Porting"));
  EXPECT_THAT(Run(fmt::format("events --types --ontology '{}/my.json'", home_)).out,
              HasSubstr("Someone carries."));
}

TEST_F(EventsCommand, WrongUseSaysWhatIsWrong) {
  WriteTestFile(home_ + "/bad.json", R"({"events": [{"type": "X"}]})");
  const Outcome bad = Run(fmt::format("events --ontology '{}/bad.json' text", home_));
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, HasSubstr("type \"X\": definition: is missing"));
  EXPECT_EQ(Run("events").code, 2);
}

TEST_F(EventsCommand, MeasuresTheRules) {
  WriteTestFile(home_ + "/news.jsonl", R"({"image_id": "a", "events": []})");
  const Outcome outcome =
      Run(fmt::format("eval events '{}/news.jsonl' --sentences 200 --json", home_));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const json measured = json::parse(outcome.out)["measured"];
  ASSERT_EQ(measured.size(), 6u);
  EXPECT_EQ(measured[4]["what"], "made: trigger and type");
  EXPECT_GT(measured[4]["f1"]["share"], 0.9);
}

}  // namespace
}  // namespace imago
