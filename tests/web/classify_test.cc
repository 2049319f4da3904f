#include <set>
#include <vector>

#include "tests/support/data.h"
#include "tests/web/client.h"

namespace imago {
namespace {

using nlohmann::json;

class ClassifyTest : public WebTest {
 protected:
  ClassifyTest() { server_.PutColours(); }

  Reply Classify(const json& body) { return Send("POST", "/v1/classify", body.dump()); }
  static json Stored(const std::string& id) { return {{"image", {{"asset_id", id}}}}; }
  static json Sent(const std::string& bytes) {
    return {{"image", {{"base64", httplib::detail::base64_encode(bytes)}}}};
  }
  static json Body(const std::vector<json>& inputs) {
    return {{"inputs", inputs}, {"labels", {"red", "green", "blue"}}};
  }
  // The field of the error that `change` leads to in a good request.
  std::string Refused(const json& change) {
    json body = Body({Stored("red")});
    body.merge_patch(change);
    return Problem(Classify(body), 400, "invalid_request").value("field", "");
  }
};

TEST_F(ClassifyTest, GivesTheBestLabelFirst) {
  const Reply reply = Classify(Body({Stored("green"), Sent(PlainBmp(kBlue))}));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json answer = reply.Json();
  EXPECT_EQ(answer["model"], "hash@00000000");
  EXPECT_EQ(answer["templates"], 1);
  ASSERT_EQ(answer["results"].size(), 2u);
  EXPECT_EQ(answer["results"][0]["labels"][0]["label"], "green");
  EXPECT_EQ(answer["results"][1]["labels"][0]["label"], "blue");
  double sum = 0;
  for (const json& one : answer["results"][0]["labels"]) sum += one["p"].get<double>();
  EXPECT_NEAR(sum, 1, 1e-5);
  EXPECT_GT(answer["results"][0]["labels"][0]["score"], 0.5);
  EXPECT_FALSE(answer["results"][0].contains("path"));
}

TEST_F(ClassifyTest, FindsAPictureByItsPathInAnyCollection) {
  server_.Put("a/b", PlainBmp(kRed), "{}", "other");
  json input = {{"image", {{"asset_path", "a%2Fb"}}}, {"collection", "other"}};
  const json answer = Classify(Body({input})).Json();
  EXPECT_EQ(answer["results"][0]["labels"][0]["label"], "red") << answer;
  input["collection"] = "main";
  Problem(Classify(Body({input})), 404, "not_found");
  input["collection"] = "nowhere";
  Problem(Classify(Body({input})), 404, "not_found");
}

TEST_F(ClassifyTest, TakesTemplatesOrASetOfThem) {
  json body = Body({Stored("red")});
  body["templates"] = {"a {} wall", "the {} door"};
  body["top"] = 1;
  json answer = Classify(body).Json();
  EXPECT_EQ(answer["templates"], 2) << answer;
  EXPECT_EQ(answer["results"][0]["labels"].size(), 1u);
  body.erase("templates");
  body["prompts"] = "imagenet80";
  answer = Classify(body).Json();
  EXPECT_EQ(answer["templates"], 80) << answer;
  EXPECT_EQ(answer["results"][0]["labels"][0]["label"], "red");
}

TEST_F(ClassifyTest, NamesWhatIsWrong) {
  EXPECT_EQ(Refused({{"labels", nullptr}}), "labels");
  EXPECT_EQ(Refused({{"labels", json::array()}}), "labels");
  EXPECT_EQ(Refused({{"labels", "red"}}), "labels");
  EXPECT_EQ(Refused({{"labels", {"red", ""}}}), "labels[1]");
  EXPECT_EQ(Refused({{"labels", {"red", "blue", "red"}}}), "labels[2]");
  json many = json::array();
  for (int i = 0; i < 300; ++i) many.push_back(std::to_string(i));
  EXPECT_EQ(Refused({{"labels", many}, {"prompts", "imagenet80"}}), "labels");
  EXPECT_EQ(Refused({{"templates", json::array({"no place"})}}), "templates[0]");
  EXPECT_EQ(Refused({{"templates", json::array()}}), "templates");
  EXPECT_EQ(Refused({{"templates", json::array({"{}"})}, {"prompts", "pet"}}), "prompts");
  EXPECT_EQ(Refused({{"prompts", "pets"}}), "prompts");
  EXPECT_EQ(Refused({{"top", 0}}), "top");
  EXPECT_EQ(Refused({{"top", 1001}}), "top");
  EXPECT_EQ(Refused({{"label", "red"}}), "label");
  EXPECT_EQ(Refused({{"inputs", nullptr}}), "inputs");
  EXPECT_EQ(Refused({{"inputs", json::array()}}), "inputs");
  EXPECT_EQ(Refused({{"inputs", json::array({"red"})}}), "inputs[0]");
  EXPECT_EQ(Refused({{"inputs", json::array({json::object()})}}), "inputs[0]");
  EXPECT_EQ(Refused({{"inputs", json::array({{{"text", "red"}}})}}), "inputs[0].text");
  EXPECT_EQ(Refused({{"inputs", json::array({{{"image", {{"url", "x"}}}}})}}),
            "inputs[0].image.url");
  json sent = Sent(PlainBmp(kRed));
  sent["collection"] = "main";
  EXPECT_EQ(Refused({{"inputs", json::array({sent})}}), "inputs[0].collection");
}

TEST_F(ClassifyTest, TakesSixtyFourPicturesAndNoMore) {
  std::vector<json> inputs;
  for (int i = 0; i < 64; ++i) inputs.push_back(Stored("red"));
  EXPECT_EQ(Classify(Body(inputs)).Json()["results"].size(), 64u);
  inputs.push_back(Stored("red"));
  EXPECT_EQ(Refused({{"inputs", inputs}}), "inputs");
}

TEST_F(ClassifyTest, SaysWhatIsWrongWithAPicture) {
  json problem = Problem(Classify(Body({Stored("red"), Sent("hello")})), 415, "unsupported_medium");
  EXPECT_EQ(problem["field"], "inputs[1].image.base64");
  problem =
      Problem(Classify(Body({Sent(PlainBmp(kRed).substr(0, 99))})), 422, "undecodable_medium");
  EXPECT_EQ(problem["field"], "inputs[0].image.base64");
}

TEST_F(ClassifyTest, ListsThePrompts) {
  const json bank = Get("/v1/prompts").Json();
  std::set<std::string> names;
  for (const json& set : bank["prompts"]) {
    names.insert(set["name"].get<std::string>());
    EXPECT_FALSE(set["templates"].empty());
  }
  EXPECT_EQ(names.count("imagenet80"), 1u);
  EXPECT_EQ(names.count("pet"), 1u);
  EXPECT_EQ(names.count(bank["default"].get<std::string>()), 1u);
}

TEST_F(ClassifyTest, AnswersAsDescribed) {
  const json description = json::parse(ReadTestFile(SourcePath("web/static/openapi.json")));
  const json& properties = description["components"]["schemas"]["Classification"]["properties"];
  const json answer = Classify(Body({Stored("red")})).Json();
  EXPECT_EQ(answer.size(), properties.size());
  for (const auto& [name, value] : answer.items()) EXPECT_TRUE(properties.contains(name)) << name;
}

}  // namespace
}  // namespace imago
