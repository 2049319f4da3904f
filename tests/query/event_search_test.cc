#include "query/event_search.h"

#include <filesystem>
#include <set>

#include "embed/event_sentences.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "query/engine.h"
#include "query/filler.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"
#include "tests/support/watched_encoder.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Knows pictures and texts as hash does; how often it was asked for texts.
class CountingEncoder : public WatchedEncoder {
 public:
  explicit CountingEncoder(size_t* texts) : texts_(texts) {}
  absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const override {
    for (const Content& one : batch) *texts_ += std::holds_alternative<TextContent>(one);
    return HashEncode(batch);
  }

 private:
  size_t* texts_;
};

class EventSearchTest : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    engine_.reset();
    Config config;
    config.data_dir = data_;
    engine_ = Engine::Open(config, std::make_unique<CountingEncoder>(&texts_)).value();
  }
  void Caption(const std::string& id, const std::string& caption,
               const std::string& metadata = "{}") {
    Upload upload{id, "", caption, metadata, MediaKind::kCaption};
    ASSERT_TRUE(engine_->Put("main", std::move(upload)).ok());
  }
  // A picture with these colours left and right.
  void Picture(const std::string& id, const Colour& left, const Colour& right,
               const std::string& caption = "") {
    Image image = PlainImage(left, 64, 64);
    const Image other = PlainImage(right, 64, 64);
    for (size_t i = 0; i < image.rgb.size(); ++i) {
      if (i / 3 % 64 >= 32) image.rgb[i] = other.rgb[i];
    }
    const auto put = engine_->Put("main", {id, BmpFile(image), caption});
    ASSERT_TRUE(put.ok()) << put.status();
  }
  absl::StatusOr<Answer> Ask(const std::vector<std::string>& events) {
    for (const std::string& event : events) {
      query_.terms.push_back({.event = ParseEventPattern(event).value()});
    }
    auto answer = engine_->Search("main", query_);
    if (!events.empty()) query_.terms.clear();
    return answer;
  }
  std::vector<std::string> Ids(const std::vector<std::string>& events) {
    std::vector<std::string> ids;
    const auto answer = Ask(events);
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok()) return ids;
    for (const Hit& hit : answer->hits) ids.push_back(hit.item.id);
    return ids;
  }
  // Of the first event that is asked for, by id.
  std::map<std::string, double> Scores(const std::string& event) {
    std::map<std::string, double> scores;
    const auto answer = Ask({event});
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok()) return scores;
    for (const Hit& hit : answer->hits) scores[hit.item.id] = hit.score;
    return scores;
  }

  const std::string data_ = MakeTempDir();
  size_t texts_ = 0;
  std::unique_ptr<Engine> engine_;
  Query query_;
};

TEST_F(EventSearchTest, RanksSwappedRolesBelow) {
  Caption("swapped", "A man arrested police in Kyiv.");
  Caption("right", "Police arrested a man in Kyiv.");
  Caption("other", "A woman vaccinates a girl in Kyiv.");
  query_.limit = 2;
  EXPECT_THAT(Ids({"arrest(agent=police, person=man, place=Kyiv)"}),
              ElementsAre("right", "swapped"));
  EXPECT_THAT(Ids({"arrest(agent=man, person=police, place=Kyiv)"}),
              ElementsAre("swapped", "right"));
  const auto scores = Scores("arrest(agent=police, person=man, place=Kyiv)");
  EXPECT_DOUBLE_EQ(scores.at("right"), 1);
  EXPECT_NEAR(scores.at("swapped"), 1.0 / 3, 1e-3);
}

TEST_F(EventSearchTest, ComparesHeadsWithoutCaseAndPlural) {
  Caption("a", "RIOT POLICE arrested two men in masks.");
  EXPECT_DOUBLE_EQ(Scores("ARREST(Agent=Police, PERSON=the man)").at("a"), 1);
}

TEST_F(EventSearchTest, AnswersTheEventWithAScoreForEachRole) {
  Caption("a", "A red car. Police arrested a man with batons in Kyiv.");
  const auto answer = Ask({"arrest(agent=police, person=xylophone, place=*)"});
  ASSERT_EQ(answer->hits.size(), 1u);
  ASSERT_EQ(answer->hits[0].matches.size(), 1u);
  const EventMatch& match = answer->hits[0].matches[0];
  EXPECT_EQ(match.event.type, "Arrest");
  EXPECT_EQ(match.event, answer->hits[0].item.events[0]);
  ASSERT_EQ(match.roles.size(), 3u);
  EXPECT_EQ(match.roles[0].name, "agent");
  EXPECT_EQ(match.roles[0].score, 1);
  EXPECT_LT(match.roles[1].score, 0.3);
  EXPECT_EQ(match.roles[2].score, 1);
  EXPECT_NEAR(match.score, (2 + match.roles[1].score) / 3, 1e-6);
  EXPECT_NEAR(answer->hits[0].score, match.score, 1e-6);
}

TEST_F(EventSearchTest, PartialEventsAskForNoMore) {
  Caption("police", "Police arrested a man.");
  Caption("soldier", "Soldiers arrested a woman.");
  Caption("car", "A woman drives a car.");
  EXPECT_EQ(Scores("arrest").at("soldier"), 1);
  EXPECT_EQ(Scores("(agent=soldiers)").at("soldier"), 1);
  EXPECT_THAT(Ids({"(agent=woman)"}), ElementsAre("car"));
}

TEST_F(EventSearchTest, AnyoneMeansThatSomebodyFillsTheRole) {
  Caption("with", "Police arrested a man in Kyiv.");
  Caption("without", "Police arrested a man.");
  EXPECT_THAT(Ids({"arrest(place=*)"}), ElementsAre("with"));
  EXPECT_THAT(Ids({"arrest(place=!*)"}), ElementsAre("without"));
}

TEST_F(EventSearchTest, NotMeansAnyoneElse) {
  Caption("police", "Police arrested a man.");
  Caption("soldiers", "Soldiers arrested a man.");
  Caption("nobody", "A man was arrested.");
  const auto scores = Scores("arrest(agent=!police)");
  EXPECT_EQ(scores.count("police"), 0u);
  EXPECT_GT(scores.at("soldiers"), 0.7);
  EXPECT_DOUBLE_EQ(scores.at("nobody"), 0.5);
}

TEST_F(EventSearchTest, OfFillersJoinedByAndEachCounts) {
  Caption("both", "Police and soldiers arrested a man.");
  EXPECT_EQ(Scores("arrest(agent=police)").at("both"), 1);
  EXPECT_EQ(Scores("arrest(agent=soldier)").at("both"), 1);
  EXPECT_EQ(Scores("arrest(agent=!soldier)").count("both"), 0u);
}

TEST_F(EventSearchTest, LongerFillersPreferWhatHasMoreOfTheirWords) {
  Caption("both", "Police arrested a tall young man.");
  Caption("one", "Police arrested a young man.");
  Caption("none", "Police arrested a man.");
  EXPECT_EQ(Scores("arrest(person=the tall young men)"),
            (std::map<std::string, double>{{"both", 1}, {"one", 0.75}, {"none", 0.5}}));
}

TEST_F(EventSearchTest, OfSeveralEventsAllCount) {
  Caption("one", "Police arrested a man.");
  Caption("two", "Police arrested a man. A doctor vaccinates a girl.");
  query_.limit = 1;
  const auto answer = Ask({"arrest(agent=police)", "vaccination(target=girl)"});
  EXPECT_EQ(answer->hits.at(0).item.id, "two");
  EXPECT_DOUBLE_EQ(answer->hits[0].score, 1);
  ASSERT_EQ(answer->hits[0].matches.size(), 2u);
  EXPECT_EQ(answer->hits[0].matches[1].term, 1u);
  EXPECT_EQ(answer->hits[0].matches[1].event.type, "Vaccination");
  query_.limit = 20;
  EXPECT_NEAR(Ask({"arrest(agent=police)", "vaccination(target=girl)"})->hits.at(1).score, 0.5,
              0.1);
}

TEST_F(EventSearchTest, ParentsOfTypesStandForAllBelow) {
  Caption("arrest", "Police arrested a man.");
  Caption("attack", "Soldiers attacked a town.");
  EXPECT_EQ(Scores("justice(agent=police)"), (std::map<std::string, double>{{"arrest", 1}}));
}

TEST_F(EventSearchTest, OtherTypesScoreLowerHoweverAlike) {
  Caption("arrest", "Police arrested a man.");
  Caption("attack", "Police attacked a man.");
  const auto scores = Scores("arrest(agent=police)");
  EXPECT_EQ(scores.at("arrest"), 1);
  for (const auto& [id, score] : scores) EXPECT_TRUE(id == "arrest" || score <= 0.5);
}

TEST_F(EventSearchTest, OfAPictureAnswersTheExpectationAndWhereItIsSeen) {
  Picture("blue-red", kBlue, kRed);
  Picture("red-blue", kRed, kBlue);
  Picture("plain", kRed, kRed);
  const auto answer = Ask({"arrest(agent=blue, person=red)"});
  ASSERT_GE(answer->hits.size(), 1u);
  EXPECT_EQ(answer->hits[0].item.id, "blue-red");
  EXPECT_GT(answer->hits[0].score, 0.8);
  for (size_t i = 1; i < answer->hits.size(); ++i) EXPECT_LT(answer->hits[i].score, 0.3);
  const Item& item = answer->hits[0].item;
  const EventMatch& match = answer->hits[0].matches.at(0);
  EXPECT_EQ(match.roles.at(0).region, (Region{0, 0, 0.5, 1}));
  EXPECT_EQ(match.roles.at(1).region, (Region{0.5, 0, 1, 1}));
  EXPECT_NEAR(match.roles[0].score, item.events[0].arguments[0].confidence, 1e-3);
  EXPECT_NEAR(Scores("arrest(agent=!blue)").at("red-blue"), 1, 0.1);
  EXPECT_LT(Scores("arrest(agent=!blue)").at("blue-red"), 0.3);
}

TEST_F(EventSearchTest, CaptionAndPictureOfOneItemBothCount) {
  Picture("both", kBlue, kRed, "A woman vaccinates a girl.");
  EXPECT_EQ(Scores("vaccination(agent=woman)").at("both"), 1);
  EXPECT_GT(Scores("arrest(agent=blue)").at("both"), 0.8);
  ASSERT_TRUE(engine_->Patch("main", "both", R"({"caption":"A red car."})").ok());
  EXPECT_GT(Scores("arrest(agent=blue)").at("both"), 0.8) << "the picture's stay";
  EXPECT_THAT(Ids({"vaccination(agent=woman)"}), testing::Not(testing::Contains("x")));
  EXPECT_EQ(engine_->GetItem("main", "both")->events.size(), 1u);
  // The same bytes under another name are not looked at again.
  const std::string bytes = engine_->Original("main", "both").value();
  EXPECT_EQ(engine_->Put("main", {"copy", bytes, ""})->events.size(), 1u);
}

TEST_F(EventSearchTest, MixesWithWordsByWeight) {
  Picture("red", kRed, kRed, "Police arrested a man.");
  Picture("blue", kBlue, kBlue, "Police arrested a man.");
  Caption("caption", "Police arrested a man.");
  Picture("plain", kRed, kRed);
  query_.terms = {{.text = "red"}};
  EXPECT_THAT(Ids({"arrest(agent=police)"}), ElementsAre("red", "blue", "caption"));
  query_.terms = {{.text = "red", .weight = -0.5}};
  const auto answer = Ask({"arrest(agent=police)"});
  EXPECT_EQ(answer->hits.at(0).item.id, "caption");
  EXPECT_EQ(answer->hits.at(2).item.id, "red");
  EXPECT_NEAR(answer->hits[0].raw_score, 1 / 1.5, 1e-6);
  query_.terms = {{.item_id = "red"}};
  EXPECT_THAT(Ids({"arrest(agent=police)"}), ElementsAre("blue", "caption"))
      << "the item that is searched by is left out";
}

TEST_F(EventSearchTest, KeepsToFilterKindAndLeastScore) {
  Caption("a", "Police arrested a man.", R"({"year":2020})");
  Caption("b", "Police arrested a man.", R"({"year":2021})");
  Caption("c", "Police arrested a woman.");
  Picture("p", kRed, kRed, "Police arrested a man.");
  query_.kinds = {MediaKind::kImage};
  EXPECT_THAT(Ids({"arrest(person=man)"}), ElementsAre("p"));
  query_.kinds = {MediaKind::kCaption};
  query_.min_score = 0.9;
  EXPECT_THAT(Ids({"arrest(person=man)"}), ElementsAre("a", "b"));
  query_.filter = Filter::Parse(R"({"must":[{"key":"year","match":2021}]})").value();
  EXPECT_THAT(Ids({"arrest(person=man)"}), ElementsAre("b"));
}

TEST_F(EventSearchTest, FiltersByStoredEvents) {
  Caption("a", "Police arrested a man.");
  Caption("b", "Soldiers arrested a man.");
  Caption("c", "A woman vaccinates a girl.");
  const auto count = [this](const std::string& filter) {
    return engine_->Count("main", Filter::Parse(filter).value()).value();
  };
  EXPECT_EQ(count(R"({"must":[{"key":"event.type","any":["Arrest","Attack"]}]})"), 2u);
  EXPECT_EQ(count(R"({"must":[{"key":"event.role.agent","any":["police"]}]})"), 1u);
  EXPECT_EQ(count(R"({"must":[{"key":"event.role.Agent","match":"Police"}]})"), 1u);
  EXPECT_EQ(count(R"({"must_not":[{"key":"event.role.agent","any":["police"]}]})"), 2u);
  EXPECT_EQ(count(R"({"must":[{"key":"event.role.target","match":{"text":"GIR"}}]})"), 1u);
  EXPECT_EQ(count(R"({"must":[{"key":"event.role.","any":["police"]}]})"), 0u);
  EXPECT_EQ(count(R"({"must":[{"key":"event","any":["Arrest"]}]})"), 0u);
}

TEST_F(EventSearchTest, TextIsReadAsAnEventWhereItIsAskedFor) {
  Caption("right", "Police arrested a man.");
  Caption("swapped", "A man arrested police.");
  Picture("red", kRed, kRed);
  query_.terms = {{.text = "police arresting a man"}};
  EXPECT_THAT(Ids({}), ElementsAre("red")) << "plain text finds pictures";
  query_.read_events = true;
  const auto answer = Ask({});
  ASSERT_EQ(answer->read_as.size(), 1u);
  ASSERT_EQ(answer->read_as[0].events.size(), 1u);
  EXPECT_EQ(FormatEventPattern(answer->read_as[0].events[0]), "Arrest(Agent=police, Person=man)");
  EXPECT_EQ(answer->hits.at(0).item.id, "right");
  query_.terms = {{.text = "red"}};
  EXPECT_THAT(Ids({}), ElementsAre("red")) << "a text without an event stays a text";
  EXPECT_THAT(Ask({})->read_as, IsEmpty());
  query_.terms = {{.text = "red"}, {.text = "police arresting a man, a woman vaccinating a girl"}};
  const auto two = Ask({});
  ASSERT_EQ(two->read_as.at(0).events.size(), 2u);
  EXPECT_EQ(two->read_as[0].term, 1u);
  EXPECT_EQ(two->hits.at(0).matches.at(0).term, 1u);
}

TEST_F(EventSearchTest, PagesGoOnWhereTheLastEnded) {
  std::set<std::string> all;
  for (int i = 0; i < 57; ++i) {
    const std::string id = fmt::format("{:02}", i);
    Caption(id, i % 3 ? "Police arrested a man." : "Soldiers arrested a man.");
    all.insert(id);
  }
  const std::vector<std::string> whole = [&] {
    query_.limit = 100;
    return Ids({"arrest(agent=police, person=man)"});
  }();
  ASSERT_EQ(whole.size(), 57u);
  query_.limit = 10;
  std::vector<std::string> paged;
  do {
    const auto answer = Ask({"arrest(agent=police, person=man)"});
    ASSERT_TRUE(answer.ok()) << answer.status();
    for (const Hit& hit : answer->hits) paged.push_back(hit.item.id);
    query_.cursor = answer->next_cursor;
  } while (!query_.cursor.empty());
  EXPECT_EQ(paged, whole);
  query_.cursor = [&] {
    query_.cursor.clear();
    return Ask({"arrest(agent=police)"})->next_cursor;
  }();
  EXPECT_TRUE(absl::IsInvalidArgument(Ask({"arrest(agent=soldiers)"}).status()));
}

TEST_F(EventSearchTest, WordsAreEncodedOnceEvenAcrossRestarts) {
  Caption("a", "Police arrested a man.");
  Caption("b", "Soldiers attacked a town.");
  Ids({"arrest(agent=officer)"});
  const size_t first = texts_;
  EXPECT_GT(first, 0u);
  Ids({"arrest(agent=officer)"});
  EXPECT_EQ(texts_, first);
  Caption("c", "Nurses arrested a man.");
  Ids({"arrest(agent=officer)"});
  EXPECT_EQ(texts_, first + 1) << "\"nurse\" is new";
  Reopen();
  texts_ = 0;
  const auto before = Scores("arrest(agent=officer)");
  // The two backgrounds and the words of the query, nothing of the items.
  EXPECT_EQ(texts_, 32u + 32u + 1u);
  texts_ = 0;
  EXPECT_EQ(Scores("arrest(agent=officer)"), before);
  EXPECT_EQ(texts_, 0u);
}

TEST_F(EventSearchTest, FollowsWhatIsWrittenAndRemoved) {
  for (int i = 0; i < 40; ++i) Caption(std::to_string(i), "Police arrested a man.");
  EXPECT_EQ(Scores("arrest(agent=police)").size(), 20u);
  query_.limit = 100;
  EXPECT_EQ(Scores("arrest(agent=police)").size(), 40u);
  ASSERT_TRUE(engine_->Remove("main", {"1", "2"}).ok());
  ASSERT_TRUE(engine_->Patch("main", "3", R"({"caption":"A red car."})").ok());
  EXPECT_EQ(Scores("arrest(agent=police)").size(), 37u);
  Reopen();
  EXPECT_EQ(Scores("arrest(agent=police)").size(), 37u);
}

TEST_F(EventSearchTest, NamesWhatItDoesNotKnow) {
  Caption("a", "Police arrested a man.");
  const auto error = [this](const std::string& event) {
    return std::string(Ask({event}).status().message());
  };
  EXPECT_THAT(error("arrrest"), HasSubstr("query[0].event.type"));
  EXPECT_THAT(error("arrrest"), HasSubstr("Arrest"));
  EXPECT_THAT(error("arrest(agnt=x)"), HasSubstr("query[0].event.roles"));
  query_.kinds = {MediaKind::kCaption};
  query_.terms = {{.text = "red"}};
  EXPECT_THAT(std::string(Ask({}).status().message()), HasSubstr("modalities"));
}

TEST_F(EventSearchTest, FindsNothingWhereThereIsNothing) {
  ASSERT_TRUE(engine_->GetCollection("main", true).ok());
  EXPECT_THAT(Ids({"arrest(agent=police)"}), IsEmpty());
  Picture("red", kRed, kRed, "A red car.");
  EXPECT_THAT(Ids({"arrest(agent=police)"}), IsEmpty());
  Caption("odd", "Police arrested \"!\".");
  EXPECT_THAT(Ids({"arrest(agent=...)"}), IsEmpty());
}

// Every event of made sentences, asked for with its fillers, finds its own sentence first, or one
// that tells of the same.
TEST_F(EventSearchTest, FindsEachOfHundredsOfMadeSentences) {
  const EventOntology& ontology = engine_->extractor().ontology();
  const EventLexicon lexicon(ontology);
  const auto made = MakeEventSentences(ontology, lexicon, SentencePart::kTest, 7, 400);
  std::map<std::string, std::vector<Event>> events;
  for (size_t i = 0; i < made.size(); ++i) {
    const std::string id = fmt::format("{:03}", i);
    Caption(id, made[i].text);
    events[id] = engine_->GetItem("main", id)->events;
  }
  size_t asked = 0;
  for (const auto& [id, of_item] : events) {
    for (const Event& event : of_item) {
      if (event.arguments.empty()) continue;
      query_.terms = {{.event = PatternOf(event)}};
      query_.limit = 400;
      const auto answer = Ask({});
      query_.terms.clear();
      ASSERT_TRUE(answer.ok()) << answer.status();
      ASSERT_FALSE(answer->hits.empty());
      EXPECT_DOUBLE_EQ(answer->hits[0].score, 1) << made[std::stoul(id)].text;
      bool found = false;
      for (const Hit& hit : answer->hits) {
        if (hit.score < 1) break;
        found |= hit.item.id == id;
        for (const auto& role : hit.matches[0].roles) EXPECT_EQ(role.score, 1);
      }
      EXPECT_TRUE(found) << made[std::stoul(id)].text;
      ++asked;
    }
  }
  EXPECT_GT(asked, 300u);
}

}  // namespace
}  // namespace imago
