// Events as REST stores, finds and answers them.

#include "tests/support/pictures.h"
#include "tests/web/client.h"

namespace imago {
namespace {

using nlohmann::json;

class EventSearch : public WebTest {
 protected:
  Reply Put(const std::string& id, const std::string& caption) {
    return Send("PUT", "/v1/collections/main/assets/" + id, caption,
                {{"Content-Type", "text/plain; charset=utf-8"}});
  }
  json Find(const json& event) {
    const Reply reply = Search(json{{"query", {{{"event", event}}}}}.dump());
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.Json();
  }
  json Refused(const json& body, const std::string& field) {
    const json problem = Problem(Search(body.dump()), 400, "invalid_request");
    EXPECT_EQ(problem.value("field", ""), field) << problem;
    return problem;
  }
  json RefusedEvent(const json& event, const std::string& field) {
    return Refused({{"query", {{{"event", event}}}}}, "query[0].event" + field);
  }
};

TEST_F(EventSearch, CaptionsAreItemsOfTheirOwn) {
  const Reply put = Put("a", "Zoë: Police arrested a man.");
  ASSERT_EQ(put.status, 201) << put.body;
  EXPECT_EQ(put.Json()["modality"], "caption");
  const json item = Get("/v1/collections/main/assets/a").Json();
  EXPECT_EQ(item["caption"], "Zoë: Police arrested a man.");
  ASSERT_EQ(item["events"].size(), 1u);
  const json& event = item["events"][0];
  EXPECT_EQ(event["type"], "Arrest");
  EXPECT_EQ(event["source"], "caption");
  EXPECT_EQ(event["trigger"], json({{"text", "arrested"}, {"start", 12}, {"end", 20}}));
  EXPECT_EQ(Put("a", "A red car.").status, 200);
  EXPECT_TRUE(Get("/v1/collections/main/assets/a").Json()["events"].empty());
  Problem(Get("/v1/collections/main/assets/a/thumbnail"), 404, "not_found");
  Problem(Get("/v1/collections/main/assets/a/original"), 404, "not_found");
  Problem(Put("b", ""), 400, "invalid_request");
  Problem(Put("b", "\xff"), 415, "unsupported_medium");
}

TEST_F(EventSearch, FindsAndExplains) {
  Put("right", "Police arrested a man in Kyiv.");
  Put("swapped", "A man arrested police in Kyiv.");
  const json answer =
      Find({{"type", "arrest"},
            {"roles", {{"agent", "police"}, {"Suspect", "man"}, {"place", "Kyiv"}}}});
  ASSERT_EQ(answer["hits"].size(), 2u);
  const json& hit = answer["hits"][0];
  EXPECT_EQ(hit["asset_id"], "right");
  EXPECT_EQ(hit["modality"], "caption");
  EXPECT_EQ(hit["score"], 1);
  EXPECT_EQ(hit["role_scores"], json({{"agent", 1.0}, {"Suspect", 1.0}, {"place", 1.0}}));
  EXPECT_EQ(hit["regions"], json::object());
  EXPECT_EQ(hit["event"]["arguments"][0]["text"], "Police");
  EXPECT_FALSE(hit.contains("matches"));
  EXPECT_FALSE(answer.contains("read_as"));
}

TEST_F(EventSearch, TakesNegatedRolesAndAnyone) {
  Put("police", "Police arrested a man in Kyiv.");
  Put("soldiers", "Soldiers arrested a man.");
  const json negated = Find({{"roles", {{"agent", {{"not", "police"}}}}}});
  ASSERT_EQ(negated["hits"].size(), 1u);
  EXPECT_EQ(negated["hits"][0]["asset_id"], "soldiers");
  const json anyone = Find({{"type", "Arrest"}, {"roles", {{"place", "anyone"}}}});
  ASSERT_EQ(anyone["hits"].size(), 1u);
  EXPECT_EQ(anyone["hits"][0]["asset_id"], "police");
}

TEST_F(EventSearch, OfSeveralEventsEachMatchIsThere) {
  Put("two", "Police arrested a man. A doctor vaccinates a girl.");
  const Reply reply = Search(
      R"({"query":[{"event":{"type":"Arrest"}},{"event":{"roles":{"target":"girl"}},"weight":2}]})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json hit = reply.Json()["hits"][0];
  ASSERT_EQ(hit["matches"].size(), 2u);
  EXPECT_EQ(hit["matches"][1]["query"], 1);
  EXPECT_EQ(hit["matches"][1]["event"]["type"], "Vaccination");
  EXPECT_EQ(hit["matches"][1]["role_scores"], json({{"target", 1.0}}));
}

TEST_F(EventSearch, ReadsTextAsAnEventWhereAskedTo) {
  Put("a", "Police arrested a man.");
  const Reply reply = Search(R"({"query":[{"text":"police arresting a man"}],"events":"auto"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json answer = reply.Json();
  EXPECT_EQ(answer["read_as"][0]["query"], 0);
  EXPECT_EQ(answer["read_as"][0]["events"][0],
            json({{"type", "Arrest"}, {"roles", {{"Agent", "police"}, {"Person", "man"}}}}));
  EXPECT_EQ(answer["hits"][0]["asset_id"], "a");
  EXPECT_TRUE(Search(R"({"query":[{"text":"police arresting a man"}]})").Json()["hits"].empty());
}

TEST_F(EventSearch, PagesFiltersAndCounts) {
  for (const char* id : {"a", "b", "c"}) Put(id, "Police arrested a man.");
  Put("d", "A woman vaccinates a girl.");
  json body = {{"query", {{{"event", {{"type", "Arrest"}}}}}}, {"limit", 2}};
  const json first = Search(body.dump()).Json();
  ASSERT_EQ(first["hits"].size(), 2u);
  body["cursor"] = first["next_cursor"];
  const json second = Search(body.dump()).Json();
  ASSERT_EQ(second["hits"].size(), 1u);
  EXPECT_EQ(second["hits"][0]["asset_id"], "c");
  EXPECT_TRUE(second["next_cursor"].is_null());
  const std::string filter = R"({"filter":{"must":[{"key":"event.type","any":["Arrest"]}]}})";
  EXPECT_EQ(Send("POST", "/v1/collections/main/count", filter).Json()["count"], 3);
}

TEST_F(EventSearch, WrongRequestsNameTheField) {
  Put("a", "Police arrested a man.");
  EXPECT_NE(RefusedEvent({{"type", "Arest"}}, ".type").value("detail", "").find("Arrest"),
            std::string::npos);
  EXPECT_NE(RefusedEvent({{"type", "Arrest"}, {"roles", {{"victom", "x"}}}}, ".roles")
                .value("detail", "")
                .find("Person"),
            std::string::npos);
  RefusedEvent(json::object(), "");
  RefusedEvent({{"type", 3}}, ".type");
  RefusedEvent({{"type", "Arrest"}, {"role", json::object()}}, ".role");
  RefusedEvent({{"roles", json::array()}}, ".roles");
  RefusedEvent({{"roles", {{"agent", 3}}}}, ".roles.agent");
  RefusedEvent({{"roles", {{"agent", " "}}}}, ".roles.agent");
  RefusedEvent({{"roles", {{"agent", json::object()}}}}, ".roles.agent");
  RefusedEvent({{"roles", {{"agent", {{"not", {{"not", "x"}}}}}}}}, ".roles.agent");
  RefusedEvent({{"roles", {{"agent", {{"is", "x"}}}}}}, ".roles.agent.is");
  RefusedEvent({{"roles", {{"agent", std::string(201, 'x')}}}}, ".roles.agent");
  const json event = {{"type", "Arrest"}};
  Refused({{"query", {{{"event", event}, {"text", "x"}}}}}, "query[0]");
  Refused({{"query", {{{"event", event}, {"weight", -1}}}}}, "query");
  Refused({{"query", {{{"event", event}}}}, {"events", "maybe"}}, "events");
  Refused({{"query", {{{"event", event}}}}, {"modalities", {"video"}}}, "modalities");
  Problem(Send("POST", "/v1/embed", json{{"inputs", {{{"event", event}}}}}.dump()), 400,
          "invalid_request");
}

TEST_F(EventSearch, BatchesTakeCaptionsToo) {
  Send("PUT", "/v1/collections/main", "");
  const Reply reply = Send("POST", "/v1/collections/main/assets:batch",
                           R"({"op":"put","id":"a","caption":"Police arrested a man."})"
                           "\n"
                           R"({"op":"patch","id":"a","caption":"A woman vaccinates a girl."})"
                           "\n"
                           R"({"op":"put","id":"b"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.Json()["succeeded"], 2) << reply.body;
  EXPECT_EQ(Get("/v1/collections/main/assets/a").Json()["events"][0]["type"], "Vaccination");
}

}  // namespace
}  // namespace imago
