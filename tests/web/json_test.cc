#include "web/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace imago {
namespace {

using nlohmann::json;

absl::StatusOr<Image> OnePixel(const std::string& bytes) {
  if (bytes == "torn") return absl::DataLossError("is torn");
  if (bytes == "text") return absl::UnimplementedError("is no picture");
  return Image{1, 1, {1, 2, 3}};
}

absl::StatusOr<Query> Parse(const std::string& body) { return ParseQuery(body, OnePixel); }

// The field of the error that `body` is refused with.
std::string Refused(const std::string& body) {
  const absl::StatusOr<Query> query = Parse(body);
  EXPECT_FALSE(query.ok()) << body;
  EXPECT_TRUE(absl::IsInvalidArgument(query.status()));
  EXPECT_TRUE(query.status().message().find(ErrorField(query.status()) + ": ") == 0);
  return ErrorField(query.status());
}

TEST(SearchJson, ReadsTermsWithTheirWeights) {
  const auto query = Parse(R"({"query":[{"text":"dog","weight":1.5},{"image":{"asset_id":"a"}},
                               {"image":{"base64":"aGVsbG8="},"weight":-0.7}]})");
  ASSERT_TRUE(query.ok()) << query.status();
  ASSERT_EQ(query->terms.size(), 3u);
  EXPECT_EQ(query->terms[0].text, "dog");
  EXPECT_EQ(query->terms[0].weight, 1.5);
  EXPECT_EQ(query->terms[1].item_id, "a");
  EXPECT_EQ(query->terms[1].weight, 1.0);
  EXPECT_EQ(query->terms[2].image->width, 1);
}

TEST(SearchJson, ReadsAnIdGivenAsPath) {
  const auto query = Parse(R"({"query":[{"image":{"asset_path":"a%2Fb%FF"}}]})");
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->terms[0].item_id, "a/b\xff");
}

TEST(SearchJson, ReadsTheOtherFields) {
  const auto query = Parse(R"({"query":[{"text":"a"}],"limit":7,"cursor":"c","min_score":0.5,
      "include":["spans"],"modalities":["image"],"on_no_match":"none","params":{"mode":"auto","timeout_ms":500},
      "filter":{"must":[{"key":"year","match":2020}]}})");
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->limit, 7);
  EXPECT_EQ(query->cursor, "c");
  EXPECT_EQ(query->min_score, 0.5);
  EXPECT_EQ(query->timeout_ms, 500);
  EXPECT_FALSE(query->include_metadata);
  EXPECT_FALSE(query->filter.empty());
}

TEST(SearchJson, NullsMeanAbsent) {
  const auto query =
      Parse(R"({"query":[{"text":"a"}],"cursor":null,"min_score":null,"collapse":null})");
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_FALSE(query->min_score.has_value());
  EXPECT_TRUE(query->include_metadata);
}

TEST(SearchJson, NamesUnknownFields) {
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"limt":3})"), "limt");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a","colour":"red"}]})"), "query[0].colour");
  EXPECT_EQ(Refused(R"({"query":[{"image":{"url":"x"}}]})"), "query[0].image.url");
}

TEST(SearchJson, RefusesATimeoutOutOfRange) {
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"params":{"timeout_ms":0}})"), "params.timeout_ms");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"params":{"timeout_ms":600001}})"),
            "params.timeout_ms");
}

TEST(SearchJson, RefusesWhatLaterVersionsWillDo) {
  EXPECT_EQ(Refused(R"({"query":[{"video":{"asset_id":"a"}}]})"), "query[0].video");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"on_no_match":"generate"})"), "on_no_match");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"collapse":{"near_duplicate":0.9}})"), "collapse");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"params":{"mode":"exact"}})"), "params.mode");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"modalities":["video"]})"), "modalities");
}

TEST(SearchJson, ChecksNumbers) {
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"limit":0})"), "limit");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"limit":1001})"), "limit");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"limit":2.5})"), "limit");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"limit":"3"})"), "limit");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a","weight":0}]})"), "query[0].weight");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a","weight":101}]})"), "query[0].weight");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"min_score":1.5})"), "min_score");
}

TEST(SearchJson, ChecksTerms) {
  EXPECT_EQ(Refused("{}"), "query");
  EXPECT_EQ(Refused(R"({"query":[]})"), "query");
  EXPECT_EQ(Refused(R"({"query":"dog"})"), "query");
  EXPECT_EQ(Refused(R"({"query":["dog"]})"), "query[0]");
  EXPECT_EQ(Refused(R"({"query":[{}]})"), "query[0]");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a","image":{"asset_id":"b"}}]})"), "query[0]");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a","weight":-1}]})"), "query");
  EXPECT_EQ(Refused(R"({"query":[{"text":" \t"}]})"), "query[0].text");
}

TEST(SearchJson, TakesSixteenTermsAndNoMore) {
  json body = {{"query", json::array()}};
  for (int i = 0; i < 16; ++i) body["query"].push_back({{"text", "a"}});
  EXPECT_TRUE(Parse(body.dump()).ok());
  body["query"].push_back({{"text", "a"}});
  EXPECT_EQ(Refused(body.dump()), "query");
}

TEST(SearchJson, TakesTextsOf4096BytesAndNoMore) {
  json body = {{"query", {{{"text", std::string(4096, 'a')}}}}};
  EXPECT_TRUE(Parse(body.dump()).ok());
  body = {{"query", {{{"text", std::string(4097, 'a')}}}}};
  EXPECT_EQ(Refused(body.dump()), "query[0].text");
}

TEST(SearchJson, RefusesWhatIsNoJson) {
  for (const char* body : {"", "{", "[]", "3", "null", "{\"query\":[{\"text\":\"\xff\"}]}",
                           "{\"query\":[{\"text\":\"a\"}]} x"}) {
    EXPECT_EQ(Refused(body), "body") << body;
  }
}

TEST(SearchJson, RefusesDeepNestingAndDoubledNames) {
  EXPECT_EQ(Refused("{\"query\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}"),
            "body");
  EXPECT_EQ(Refused(R"({"query":[{"text":"a","text":"b"}]})"), "body");
}

TEST(SearchJson, NamesThePlaceInAFilter) {
  EXPECT_EQ(Refused(R"({"query":[{"text":"a"}],"filter":{"must":[{"key":3}]}})"),
            "filter.must[0].key");
}

TEST(SearchJson, KeepsTheKindOfAPicturesError) {
  const auto status = [](const char* base64) {
    return HttpStatus(Parse(json{{"query", {{{"image", {{"base64", base64}}}}}}}.dump()).status());
  };
  EXPECT_EQ(status("dG9ybg=="), 422);
  EXPECT_EQ(status("dGV4dA=="), 415);
  EXPECT_EQ(status("!!!"), 400);
  EXPECT_EQ(status("aGVsbG8="), 200);
}

TEST(AnswerJson, HasTheShapeOfTheDesign) {
  Answer answer;
  Hit hit;
  hit.item.id = "v9";
  hit.item.width = 4;
  hit.item.metadata_json = R"({"year":2020})";
  hit.score = 0.87;
  hit.raw_score = 0.231;
  answer.hits = {hit};
  answer.model = "m@1";
  answer.snapshot = 118;
  answer.mode = "hnsw";
  answer.plan = {"hnsw", "exact takes too long", 0.98};
  const json out = json::parse(AnswerToJson(answer, "r1"));
  const json& first = out["hits"][0];
  EXPECT_EQ(first["asset_id"], "v9");
  EXPECT_EQ(first["modality"], "image");
  EXPECT_EQ(first["score"], 0.87);
  EXPECT_EQ(first["raw_score"], 0.231);
  EXPECT_EQ(first["origin"], "library");
  EXPECT_EQ(first["metadata"]["year"], 2020);
  EXPECT_EQ(first["width"], 4);
  EXPECT_TRUE(out["next_cursor"].is_null());
  EXPECT_EQ(out["index"]["snapshot"], 118);
  EXPECT_EQ(out["index"]["recall_estimate"], 0.98);
  EXPECT_EQ(out["plan"], json({{"mode", "hnsw"}, {"why", "exact takes too long"}}));
  EXPECT_TRUE(out["timings_ms"].contains("embed"));
  EXPECT_EQ(out["request_id"], "r1");
  EXPECT_FALSE(out.contains("match"));
}

TEST(AnswerJson, WritesBytesThatAreNotUtf8) {
  Item item;
  item.id = "caf\xe9/\"<b>";
  const json out = json::parse(ItemToJson(item));
  EXPECT_EQ(out["asset_path"], "caf%E9%2F%22%3Cb%3E");
  EXPECT_EQ(out["asset_id"], "caf\xef\xbf\xbd/\"<b>");
}

TEST(AnswerJson, VectorsComeBackToTheBit) {
  Embeddings embeddings{"m@1", Matrix({0.1f, -1.0f / 3, 1e-30f, 1}, 2, 2)};
  const json out = json::parse(EmbeddingsToJson(embeddings));
  EXPECT_EQ(out["dim"], 2);
  ASSERT_EQ(out["vectors"].size(), 2u);
  EXPECT_EQ(out["vectors"][0][0].get<float>(), 0.1f);
  EXPECT_EQ(out["vectors"][0][1].get<float>(), -1.0f / 3);
  EXPECT_EQ(out["vectors"][1][0].get<float>(), 1e-30f);
}

TEST(AnswerJson, FindingsAreOkWhenThereAreNone) {
  EXPECT_EQ(json::parse(FindingsToJson({})), json::parse(R"({"ok":true,"findings":[]})"));
  EXPECT_EQ(json::parse(FindingsToJson({{"x"}}))["ok"], false);
}

TEST(ProblemJson, SaysAllThatTheStandardAsksFor) {
  const json out = json::parse(ProblemJson(FieldError("limit", "is 0"), "limit", "/v1/x", "r1"));
  EXPECT_EQ(out["status"], 400);
  EXPECT_EQ(out["code"], "invalid_request");
  EXPECT_EQ(out["detail"], "limit: is 0");
  EXPECT_EQ(out["field"], "limit");
  EXPECT_EQ(out["instance"], "/v1/x");
  EXPECT_EQ(out["request_id"], "r1");
}

TEST(ProblemJson, EveryCodeHasItsHttpStatus) {
  EXPECT_EQ(HttpStatus(absl::OkStatus()), 200);
  EXPECT_EQ(HttpStatus(absl::InvalidArgumentError("")), 400);
  EXPECT_EQ(HttpStatus(absl::UnauthenticatedError("")), 401);
  EXPECT_EQ(HttpStatus(absl::PermissionDeniedError("")), 403);
  EXPECT_EQ(HttpStatus(absl::NotFoundError("")), 404);
  EXPECT_EQ(HttpStatus(absl::FailedPreconditionError("")), 409);
  EXPECT_EQ(HttpStatus(absl::UnimplementedError("")), 415);
  EXPECT_EQ(HttpStatus(absl::DataLossError("")), 422);
  EXPECT_EQ(HttpStatus(absl::UnavailableError("")), 503);
  EXPECT_EQ(HttpStatus(absl::ResourceExhaustedError("")), 507);
  EXPECT_EQ(HttpStatus(absl::UnknownError("")), 500);
  EXPECT_EQ(HttpStatus(WithHttpStatus(absl::InvalidArgumentError(""), 413)), 413);
}

}  // namespace
}  // namespace imago
