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
using testing::Not;

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
  EXPECT_THAT(json::parse(one.out)["extractor"], testing::StartsWith("imago-event-tagger@"));
  WriteTestFile(home_ + "/captions.txt", "A woman vaccinates a girl.\n\nA red car.\n");
  const Outcome file = Run(fmt::format("events --json --file '{}/captions.txt'", home_));
  EXPECT_EQ(json::parse(file.out)["results"].size(), 2u);
  const Outcome rules = Run("events --json --rules 'A woman vaccinates a girl.'");
  EXPECT_EQ(json::parse(rules.out)["extractor"], "rules");
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

// With the twin of the models, which needs no LibTorch.
class EventSearchCommand : public EventsCommand {
 protected:
  void SetUp() override {
    WriteTestFile(home_ + "/hash/model.json",
                  R"({"format":1,"family":"hash","name":"hash","dim":64,
                      "preprocess":{"size":32,"mode":"short_side","mean":[0,0,0],"std":[1,1,1]}})");
    WriteTestFile(home_ + "/captions.tsv",
                  "id\tcaption\n"
                  "right\tPolice arrested a man in Kyiv.\n"
                  "swapped\tA man arrested police in Kyiv.\n"
                  "other\tA woman vaccinates a girl.\n");
  }
  Outcome RunHere(const std::string& arguments) const {
    return Run(fmt::format("--data '{0}/data' --model '{0}/hash' {1}", home_, arguments));
  }
};

TEST_F(EventSearchCommand, IndexesCaptionsAndFindsWhoDidWhatToWhom) {
  const Outcome index = RunHere(fmt::format("--json index '{}/captions.tsv'", home_));
  ASSERT_EQ(index.code, 0) << index.err;
  EXPECT_EQ(json::parse(index.out)["counts"]["indexed"], 3);
  const Outcome again = RunHere(fmt::format("--json index --captions '{}/captions.tsv'", home_));
  EXPECT_EQ(json::parse(again.out)["counts"]["skipped"], 3);

  const Outcome found =
      RunHere("--json search --event 'arrest(agent=police, person=man, place=Kyiv)'");
  ASSERT_EQ(found.code, 0) << found.err;
  const json hits = json::parse(found.out)["hits"];
  EXPECT_EQ(hits[0]["asset_id"], "right");
  EXPECT_EQ(hits[0]["role_scores"], json({{"agent", 1.0}, {"person", 1.0}, {"place", 1.0}}));
  EXPECT_EQ(hits[1]["asset_id"], "swapped");

  const Outcome lines = RunHere("search --event 'arrest(agent=!police, person=*)'");
  EXPECT_THAT(lines.out, HasSubstr("1.000  swapped  agent 1.00  person 1.00"));
  EXPECT_THAT(lines.out, HasSubstr("0.500  right  agent 0.00  person 1.00"));
  EXPECT_THAT(lines.out, Not(HasSubstr("other")));
  const Outcome two = RunHere("--json search --event arrest --event '(target=girl)' -n 5");
  EXPECT_EQ(json::parse(two.out)["hits"].size(), 3u);
}

TEST_F(EventSearchCommand, ReadsTextsAsEventsWhereAskedTo) {
  RunHere(fmt::format("index '{}/captions.tsv'", home_));
  const Outcome found = RunHere("search --events 'police arresting a man' -n 1");
  EXPECT_THAT(found.out, HasSubstr("right"));
  EXPECT_THAT(found.err, HasSubstr("is read as Arrest(Agent=police, Person=man)"));
}

TEST_F(EventSearchCommand, ReadsCaptionsAnewWithTypesOfOnesOwn) {
  RunHere(fmt::format("index '{}/captions.tsv'", home_));
  WriteTestFile(home_ + "/my.json",
                R"({"events": [{"type": "Jabbing", "definition": "Someone jabs someone.",
                    "roles": {"Jabber": ["person"], "Jabbed": ["person"]},
                    "templates": ["{Jabber} vaccinated {Jabbed}"], "verbs": ["vaccinate"]}]})");
  EXPECT_THAT(RunHere("events --reindex").out, HasSubstr("0 items have other events"));
  const Outcome changed = RunHere(fmt::format("events --reindex --ontology '{}/my.json'", home_));
  EXPECT_THAT(changed.out, HasSubstr("1 items have other events"));
  WriteTestFile(home_ + "/config.json", fmt::format(R"({{"ontology":"{}/my.json"}})", home_));
  const Outcome found = RunHere(
      fmt::format("--config '{}/config.json' search --event 'jabbing(jabbed=girl)'", home_));
  EXPECT_THAT(found.out, HasSubstr("1.000  other")) << found.err;
}

TEST_F(EventSearchCommand, WrongEventsSayWhatIsWrong) {
  RunHere(fmt::format("index '{}/captions.tsv'", home_));
  const Outcome type = RunHere("search --event 'arest(agent=police)'");
  EXPECT_EQ(type.code, 2);
  EXPECT_THAT(type.err, HasSubstr("there is no type \"arest\"; spelled most alike: Arrest"));
  EXPECT_EQ(RunHere("search --event 'arrest(agent)'").code, 2);
  EXPECT_EQ(RunHere("index").code, 2);
}

TEST_F(EventsCommand, MeasuresTheRulesAndTheTagger) {
  WriteTestFile(home_ + "/news.jsonl", R"({"image_id": "a", "events": []})");
  const Outcome outcome =
      Run(fmt::format("eval events '{}/news.jsonl' --sentences 200 --json", home_));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const json measured = json::parse(outcome.out)["measured"];
  ASSERT_EQ(measured.size(), 10u);
  for (const auto& [line, by] : {std::pair{2, "rules"}, {6, "tagger"}}) {
    EXPECT_EQ(measured[line]["what"], fmt::format("made: trigger and type, {}", by));
    EXPECT_GT(measured[line]["f1"]["share"], 0.85);
  }
}

}  // namespace
}  // namespace imago
