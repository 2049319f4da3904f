#include "embed/bundle.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using Json = nlohmann::ordered_json;

Json GoodJson() {
  return Json::parse(R"({"format":1, "family":"clip", "name":"imago-clip-starter", "dim":384,
    "preprocess":{"size":224,"mode":"short_side","mean":[0.5,0.25,0.1],"std":[0.5,1,0.3]},
    "tokenizer":{"kind":"wordpiece","file":"vocab.txt","max_tokens":64},
    "image_tower":{"kind":"efficientnet-lite2","hidden":1024},
    "text_tower":{"kind":"bert","layers":6,"activation":"gelu"},
    "card":{"licence":"Apache-2.0","results":{"top1":0.5}}})");
}

std::string ErrorOf(const Json& json) {
  const absl::StatusOr<BundleConfig> config = ParseBundleConfig(json.dump());
  return config.ok() ? "ok" : std::string(config.status().message());
}

TEST(BundleConfig, ReadsEveryMember) {
  const absl::StatusOr<BundleConfig> config = ParseBundleConfig(GoodJson().dump());
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->name, "imago-clip-starter");
  EXPECT_EQ(config->dim, 384);
  EXPECT_EQ(config->preprocess.mean[1], 0.25f);
  EXPECT_EQ(config->tokenizer_kind, TokenizerKind::kWordPiece);
  EXPECT_EQ(config->max_tokens, 64);
  EXPECT_EQ(config->image_tower.numbers.at("hidden"), 1024);
  EXPECT_EQ(config->text_tower.words.at("activation"), "gelu");
  EXPECT_EQ(config->text_tower.kind, "bert");
}

TEST(BundleConfig, RoundTripsThroughJson) {
  const BundleConfig config = *ParseBundleConfig(GoodJson().dump());
  const std::string written = BundleConfigToJson(config);
  EXPECT_EQ(*ParseBundleConfig(written), config);
  EXPECT_EQ(BundleConfigToJson(*ParseBundleConfig(written)), written);
}

TEST(BundleConfig, WritesFloatsThatReadBackExactly) {
  BundleConfig config = *ParseBundleConfig(GoodJson().dump());
  EXPECT_EQ(Json::parse(BundleConfigToJson(config))["preprocess"]["std"].dump(), "[0.5,1.0,0.3]");
  config.preprocess = PreprocessOptions{.mode = ResizeMode::kSquash};
  const std::string written = BundleConfigToJson(config);
  EXPECT_EQ(ParseBundleConfig(written)->preprocess, config.preprocess);
}

TEST(BundleConfig, NamesUnknownKeysWhereverTheyAre) {
  Json json = GoodJson();
  json["tokeniser"] = 1;
  EXPECT_EQ(ErrorOf(json), "model.json: unknown key \"tokeniser\" in the bundle");
  json = GoodJson();
  json["preprocess"]["crop"] = 1;
  EXPECT_EQ(ErrorOf(json), "model.json: unknown key \"crop\" in preprocess");
  json = GoodJson();
  json["tokenizer"]["lower"] = true;
  EXPECT_EQ(ErrorOf(json), "model.json: unknown key \"lower\" in tokenizer");
}

TEST(BundleConfig, NamesEachMissingKey) {
  const Json good = GoodJson();
  for (const auto& [key, value] : good.items()) {
    if (key == "card") continue;
    Json json = GoodJson();
    json.erase(key);
    EXPECT_NE(ErrorOf(json).find("\"" + key + "\""), std::string::npos) << ErrorOf(json);
  }
  for (const char* part : {"preprocess", "tokenizer"}) {
    for (const auto& [key, value] : good[part].items()) {
      Json json = GoodJson();
      json[part].erase(key);
      EXPECT_NE(ErrorOf(json).find("\"" + key + "\""), std::string::npos) << ErrorOf(json);
    }
  }
}

TEST(BundleConfig, RefusesValuesOfTheWrongKindOrRange) {
  const std::pair<const char*, Json> cases[] = {
      {"/format", 2},
      {"/dim", 0},
      {"/dim", 1.5},
      {"/dim", "384"},
      {"/dim", 1ull << 63},
      {"/dim", nullptr},
      {"/name", ""},
      {"/name", "a/b"},
      {"/name", "../up"},
      {"/name", 5},
      {"/family", "a b"},
      {"/preprocess", 1},
      {"/preprocess/size", 0},
      {"/preprocess/mode", "stretch"},
      {"/preprocess/mean", {1, 2}},
      {"/preprocess/std", {1, 0, 1}},
      {"/preprocess/std", {1, "x", 1}},
      {"/tokenizer/kind", "bpe"},
      {"/tokenizer/file", "a/vocab.txt"},
      {"/tokenizer/file", ".."},
      {"/tokenizer/file", ""},
      {"/tokenizer/max_tokens", 1},
      {"/image_tower", "vit"},
      {"/image_tower/kind", 3},
      {"/image_tower/hidden", 0.5},
      {"/image_tower/hidden", ~0ull},
      {"/text_tower/layers", Json::array()},
      {"/card", "none"},
  };
  for (const auto& [where, value] : cases) {
    Json json = GoodJson();
    json[Json::json_pointer(where)] = value;
    EXPECT_NE(ErrorOf(json), "ok") << where << " " << value;
  }
  EXPECT_FALSE(ParseBundleConfig("[]").ok());
  EXPECT_FALSE(ParseBundleConfig("").ok());
}

TEST(BundleConfig, RefusesAKeyGivenTwice) {
  std::string text = GoodJson().dump();
  text.insert(1, "\"dim\":3,");
  EXPECT_EQ(ParseBundleConfig(text).status().message(),
            "model.json: the key \"dim\" occurs twice in one object");
}

Json WithEvents() {
  Json json = GoodJson();
  json["events"] = Json::parse(R"({"width":64,"layers":1,
    "types":[{"type":"Arrest","roles":["Agent","Person"]}],"fillers":["man","dog"]})");
  return json;
}

TEST(BundleConfig, KeepsWhatEventsAreReadOffPictures) {
  EXPECT_TRUE(ParseBundleConfig(GoodJson().dump())->events.vocabulary.types.empty());
  const auto config = ParseBundleConfig(WithEvents().dump());
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->events.width, 64);
  ASSERT_EQ(config->events.vocabulary.types.size(), 1u);
  EXPECT_EQ(config->events.vocabulary.types[0].roles[1], "Person");
  EXPECT_EQ(config->events.vocabulary.fillers[1], "dog");
  EXPECT_EQ(*ParseBundleConfig(BundleConfigToJson(*config)), *config);
}

TEST(BundleConfig, RefusesEventsThatCannotBe) {
  Json json = WithEvents();
  json["events"]["types"][0]["roles"] = {"A", "B", "C", "D"};
  EXPECT_EQ(ErrorOf(json), "model.json: \"roles\" of \"Arrest\" has 4 words, at most 3 fit");
  json["events"]["types"][0]["roles"] = Json::array();
  EXPECT_EQ(ErrorOf(json), "model.json: \"roles\" of \"Arrest\" is no list of words");
  json["events"]["types"] = Json::array();
  EXPECT_EQ(ErrorOf(json), "model.json: \"types\" in events is no list");
  json = WithEvents();
  json["events"]["fillers"][0] = 7;
  EXPECT_EQ(ErrorOf(json), "model.json: \"fillers\" in events holds 7");
  json = WithEvents();
  json["events"].erase("width");
  EXPECT_EQ(ErrorOf(json), "model.json: \"width\" in events is missing");
  json = WithEvents();
  json["events"]["fellers"] = 1;
  EXPECT_EQ(ErrorOf(json), "model.json: unknown key \"fellers\" in events");
}

TEST(BundleConfig, KeepsRelationsWhereThereAreSome) {
  EXPECT_EQ(ParseBundleConfig(GoodJson().dump())->relations.width, 0);
  Json json = GoodJson();
  json["relations"] = {{"width", 24}, {"channels", 3}};
  const auto config = ParseBundleConfig(json.dump());
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->relations.width, 24);
  EXPECT_EQ(config->relations.channels, 3);
  EXPECT_EQ(*ParseBundleConfig(BundleConfigToJson(*config)), *config);
  json["relations"]["channels"] = 0;
  EXPECT_EQ(ErrorOf(json),
            "model.json: \"channels\" in relations is 0, not a whole number from 1 to 4096");
  json["relations"] = {{"width", 24}};
  EXPECT_EQ(ErrorOf(json), "model.json: \"channels\" in relations is missing");
}

TEST(BundleConfig, AsksForNoTowersInTheHashFamily) {
  BundleConfig config;
  config.family = config.name = "hash";
  config.dim = 64;
  EXPECT_EQ(*ParseBundleConfig(BundleConfigToJson(config)), config);
  config.name = "other";
  EXPECT_FALSE(ParseBundleConfig(BundleConfigToJson(config)).ok());
}

std::string MakeBundle(const std::string& dir, const std::string& name) {
  Json json = GoodJson();
  json["name"] = name;
  WriteTestFile(dir + "/model.json", json.dump());
  WriteTestFile(dir + "/weights.safetensors", "weights of " + name);
  WriteTestFile(dir + "/" + json["tokenizer"]["file"].get<std::string>(), "words");
  return dir;
}

TEST(Bundle, IsNamedByAllThatDecidesItsVectors) {
  const std::string dir = MakeBundle(MakeTempDir(), "one");
  const absl::StatusOr<Bundle> bundle = OpenBundle(dir);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->dir, dir);
  EXPECT_THAT(bundle->id, testing::MatchesRegex("one@[0-9a-f]+"));
  EXPECT_EQ(bundle->id.size(), 12u);
  EXPECT_EQ(OpenBundle(MakeBundle(MakeTempDir(), "one"))->id, bundle->id);

  BundleConfig config = bundle->config;
  config.card_json = R"({"note":"another card"})";
  WriteTestFile(dir + "/model.json", BundleConfigToJson(config));
  EXPECT_EQ(OpenBundle(dir)->id, bundle->id);
  config.preprocess.mean[0] += 0.1f;
  WriteTestFile(dir + "/model.json", BundleConfigToJson(config));
  EXPECT_NE(OpenBundle(dir)->id, bundle->id);
  WriteTestFile(dir + "/model.json", BundleConfigToJson(bundle->config));
  EXPECT_EQ(OpenBundle(dir)->id, bundle->id);
  WriteTestFile(dir + "/" + config.tokenizer_file, "other words");
  EXPECT_NE(OpenBundle(dir)->id, bundle->id);
  WriteTestFile(dir + "/" + config.tokenizer_file, "words");
  WriteTestFile(dir + "/weights.safetensors", "other weights");
  EXPECT_NE(OpenBundle(dir)->id, bundle->id);
}

TEST(Bundle, NamesTheFileThatIsMissingOrBroken) {
  const std::string dir = MakeBundle(MakeTempDir(), "one");
  std::filesystem::remove(dir + "/weights.safetensors");
  EXPECT_NE(OpenBundle(dir).status().message().find("weights.safetensors"),
            absl::string_view::npos);
  WriteTestFile(dir + "/model.json", "{}");
  EXPECT_NE(OpenBundle(dir).status().message().find(dir + "/model.json"), absl::string_view::npos);
  EXPECT_FALSE(OpenBundle(dir + "/none").ok());
}

TEST(Bundle, ListsByNameSkipsOtherFoldersAndReportsBrokenOnes) {
  const std::string models = MakeTempDir();
  MakeBundle(models + "/1", "zebra");
  MakeBundle(models + "/2", "ape");
  WriteTestFile(models + "/3/model.json", "{");
  WriteTestFile(models + "/4/readme.txt", "no bundle");
  MakeBundle(models + "/.import-x", "draft");
  WriteTestFile(models + "/file", "no folder");
  std::vector<std::string> errors;
  const std::vector<Bundle> bundles = ListBundles(models, &errors);
  ASSERT_EQ(bundles.size(), 2u);
  EXPECT_EQ(bundles[0].config.name, "ape");
  EXPECT_EQ(bundles[1].config.name, "zebra");
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].find("/3/model.json"), std::string::npos);
}

TEST(Bundle, ReportsAModelsFolderThatIsNotThere) {
  std::vector<std::string> errors;
  EXPECT_TRUE(ListBundles("/no/models", &errors).empty());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].find("/no/models"), std::string::npos);
  EXPECT_TRUE(ListBundles("/no/models", nullptr).empty());
}

}  // namespace
}  // namespace imago
