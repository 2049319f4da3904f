#include "tests/web/client.h"

namespace imago {
namespace {

using nlohmann::json;

class SearchTest : public WebTest {
 protected:
  SearchTest() { server_.PutColours(); }

  std::string BestId(const std::string& body) {
    const Reply reply = Search(body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    const json hits = reply.Json().value("hits", json::array());
    return hits.empty() ? "" : hits[0].value("asset_id", "");
  }
};

TEST_F(SearchTest, FindsByWords) {
  EXPECT_EQ(BestId(R"({"query":[{"text":"red"}]})"), "red");
  EXPECT_EQ(BestId(R"({"query":[{"text":"blue"}]})"), "blue");
}

TEST_F(SearchTest, FindsByAPictureSentOrStored) {
  const std::string bmp = httplib::detail::base64_encode(PlainBmp({10, 190, 10}));
  EXPECT_EQ(BestId(json{{"query", {{{"image", {{"base64", bmp}}}}}}}.dump()), "green");
  const json answer = Search(R"({"query":[{"image":{"asset_id":"blue"}}]})").Json();
  EXPECT_EQ(answer["index"]["model"], "hash@00000000");
}

TEST_F(SearchTest, TurnsAwayFromNegativeTerms) {
  const json answer =
      Search(R"({"query":[{"text":"red"},{"text":"green"},{"text":"red","weight":-2}]})").Json();
  EXPECT_EQ(answer["hits"][0]["asset_id"], "green") << answer;
}

TEST_F(SearchTest, FiltersInside) {
  const json answer = Search(R"({"query":[{"text":"red"}],
      "filter":{"must":[{"key":"year","range":{"gte":2021}}]}})")
                          .Json();
  EXPECT_EQ(answer["hits"].size(), 2u);
}

TEST_F(SearchTest, PagesByCursor) {
  const json first = Search(R"({"query":[{"text":"red"}],"limit":2})").Json();
  ASSERT_EQ(first["hits"].size(), 2u);
  const json second =
      Search(json{{"query", {{{"text", "red"}}}}, {"limit", 2}, {"cursor", first["next_cursor"]}}
                 .dump())
          .Json();
  EXPECT_EQ(second["hits"].size(), 1u) << second;
  EXPECT_TRUE(second["next_cursor"].is_null());
}

TEST_F(SearchTest, RefusesAForeignCursor) {
  EXPECT_EQ(Problem(Search(R"({"query":[{"text":"red"}],"cursor":"abc"})"), 400,
                    "invalid_request")["field"],
            "cursor");
}

TEST_F(SearchTest, LeavesMetadataOutWhenNotAskedFor) {
  const json with = Search(R"({"query":[{"text":"red"}]})").Json();
  EXPECT_EQ(with["hits"][0]["metadata"]["year"], 2020);
  const json without = Search(R"({"query":[{"text":"red"}],"include":[]})").Json();
  EXPECT_EQ(without["hits"][0].value("metadata", json::object()), json::object());
}

TEST_F(SearchTest, FindsNothingInWhatIsNotThere) {
  Problem(Send("POST", "/v1/collections/none/search", R"({"query":[{"text":"a"}]})"), 404,
          "not_found");
  Problem(Search(R"({"query":[{"image":{"asset_id":"none"}}]})"), 404, "not_found");
}

TEST_F(SearchTest, SaysWhatIsWrongWithAPicture) {
  const json problem =
      Problem(Search(R"({"query":[{"image":{"base64":"aGVsbG8="}}]})"), 415, "unsupported_medium");
  EXPECT_EQ(problem["field"], "query[0].image.base64");
}

TEST_F(SearchTest, BatchAnswersEachOnItsOwn) {
  const Reply reply = Send("POST", "/v1/collections/main/search:batch",
                           R"({"searches":[{"query":[{"text":"red"}],"limit":1},
                               {"query":[{"image":{"asset_id":"none"}}]}]})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json answers = reply.Json()["answers"];
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0]["hits"][0]["asset_id"], "red");
  EXPECT_EQ(answers[1]["error"]["status"], 404);
}

TEST_F(SearchTest, BatchRefusesAMalformedSearchAsAWhole) {
  const Reply reply = Send("POST", "/v1/collections/main/search:batch",
                           R"({"searches":[{"query":[{"text":"red"}]},{"query":[]}]})");
  EXPECT_EQ(Problem(reply, 400, "invalid_request")["field"], "searches[1].query");
}

TEST_F(SearchTest, Counts) {
  const auto count = [&](const std::string& body) {
    return Send("POST", "/v1/collections/main/count", body).Json().value("count", -1);
  };
  EXPECT_EQ(count(""), 3);
  EXPECT_EQ(count("{}"), 3);
  EXPECT_EQ(count(R"({"filter":{"must":[{"key":"year","match":2020}]}})"), 1);
}

TEST_F(SearchTest, EmbedsWordsAndPictures) {
  const std::string bmp = httplib::detail::base64_encode(PlainBmp(kRed));
  const Reply reply =
      Send("POST", "/v1/embed",
           json{{"inputs", {{{"text", "red"}}, {{"image", {{"base64", bmp}}}}}}}.dump());
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json out = reply.Json();
  EXPECT_EQ(out["vectors"].size(), 2u);
  EXPECT_EQ(out["vectors"][1].size(), out["dim"].get<size_t>());
  EXPECT_EQ(out["model"], "hash@00000000");
}

TEST_F(SearchTest, EmbedNamesWhatIsWrong) {
  const auto field = [&](const std::string& body) {
    return Problem(Send("POST", "/v1/embed", body), 400, "invalid_request").value("field", "");
  };
  EXPECT_EQ(field("{}"), "inputs");
  EXPECT_EQ(field(R"({"inputs":[]})"), "inputs");
  EXPECT_EQ(field(R"({"inputs":[{"text":"a","weight":2}]})"), "inputs[0].weight");
  EXPECT_EQ(field(R"({"inputs":[{"image":{"asset_id":"red"}}]})"), "inputs[0].image");
}

}  // namespace
}  // namespace imago
