#include "gmock/gmock.h"
#include "tests/web/client.h"

namespace imago {
namespace {

using nlohmann::json;

class EventsTest : public WebTest {
 protected:
  Reply Extract(const json& body) { return Send("POST", "/v1/events:extract", body.dump()); }
  std::string Refused(const json& body) {
    return Problem(Extract(body), 400, "invalid_request").value("field", "");
  }
};

TEST_F(EventsTest, ReadsACaption) {
  const Reply reply = Extract({{"text", "Police arrested a man with batons in Kyiv."}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.Json()["extractor"], testing::StartsWith("imago-event-tagger@"));
  const json events = reply.Json()["events"];
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0]["type"], "Arrest");
  EXPECT_EQ(events[0]["trigger"], json({{"text", "arrested"}, {"start", 7}, {"end", 15}}));
  EXPECT_EQ(events[0]["arguments"][0]["role"], "Agent");
  EXPECT_EQ(events[0]["arguments"][0]["text"], "Police");
  EXPECT_GT(events[0]["confidence"], 0.5);
}

TEST_F(EventsTest, CountsPlacesInCodePoints) {
  const Reply reply = Extract({{"text", "Zoë vaccinates a girl."}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.Json()["events"][0]["trigger"]["start"], 4);
}

TEST_F(EventsTest, AnswersEachOfSeveralTextsInOrder) {
  const Reply reply = Extract({{"texts", {"A red car.", "A woman vaccinates a girl."}}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json results = reply.Json()["results"];
  ASSERT_EQ(results.size(), 2u);
  EXPECT_TRUE(results[0]["events"].empty());
  EXPECT_EQ(results[1]["events"][0]["type"], "Vaccination");
}

TEST_F(EventsTest, WrongRequestsNameTheField) {
  EXPECT_EQ(Refused({{"text", ""}}), "text");
  EXPECT_EQ(Refused({{"text", 3}}), "text");
  EXPECT_EQ(Refused({{"text", std::string(65537, 'a')}}), "text");
  EXPECT_EQ(Refused({{"texts", json::array()}}), "texts");
  EXPECT_EQ(Refused({{"texts", std::vector<std::string>(65, "a")}}), "texts");
  EXPECT_EQ(Refused({{"texts", {"a", ""}}}), "texts[1]");
  EXPECT_EQ(Refused({{"text", "a"}, {"texts", {"a"}}}), "text");
  EXPECT_EQ(Refused(json::object()), "text");
  EXPECT_EQ(Refused({{"text", "a"}, {"word", "a"}}), "word");
}

TEST_F(EventsTest, ListsTheTypes) {
  const Reply reply = Send("GET", "/v1/events/types", "");
  ASSERT_EQ(reply.status, 200);
  const json types = reply.Json()["types"];
  EXPECT_GT(types.size(), 400u);
  EXPECT_EQ(types[0]["type"], "Wearing");
  EXPECT_EQ(types[0]["roles"]["Agent"], json({"person", "animal"}));
}

}  // namespace
}  // namespace imago
