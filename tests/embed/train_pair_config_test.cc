#include <nlohmann/json.hpp>

#include "embed/train_pair.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json Smallest() {
  return json::parse(R"({
    "model": {"name": "tiny", "dim": 8,
      "preprocess": {"size": 64, "mode": "short_side", "mean": [0,0,0], "std": [1,1,1]},
      "tokenizer": {"kind": "sentencepiece", "file": "tokenizer.model", "max_tokens": 16},
      "image_tower": {"kind": "vit", "size": 64, "patch": 8, "width": 16, "layers": 2, "heads": 2,
                      "activation": "gelu"},
      "text_tower": {"kind": "clip-text", "context": 16, "width": 16, "layers": 2, "heads": 2,
                     "activation": "gelu"}},
    "tokenizer": {"learn": 100},
    "data": [{"manifest": "photos.tsv"}]})");
}

std::string ErrorOf(const json& config) {
  return std::string(ParseTrainPairConfig(config.dump()).status().message());
}

TEST(TrainPairConfig, HasItsDefaults) {
  const auto options = ParseTrainPairConfig(Smallest().dump());
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->model.image_tower.numbers.at("patch"), 8);
  EXPECT_EQ(options->learn_pieces, 100);
  ASSERT_EQ(options->data.size(), 1u);
  EXPECT_EQ(options->data[0].manifest, "photos.tsv");
  EXPECT_EQ(options->data[0].augment, PairAugment::kPhotos);
  EXPECT_EQ(options->cache_size, 80);
  EXPECT_EQ(options->steps, 1000);
  EXPECT_EQ(options->warmup, 50);
  EXPECT_NEAR(options->scale, 1 / 0.07, 1e-9);
  EXPECT_EQ(options->image.rate, 5e-4);
  EXPECT_EQ(options->text.part.kind, TrainedPart::Kind::kAll);
}

TEST(TrainPairConfig, ReadsWhatItIsGiven) {
  json config = Smallest();
  config["rate"] = 0.01;
  config["text"] = {{"train", "last 2"}, {"from", "other"}};
  config["image"] = {{"rate", 0.002}};
  config["loss"] = "sigmoid";
  config["chunk"] = 32;
  config["schedule"] = "linear";
  config["scenes"] = {{"share", 0.25}};
  config["held_out"] = {{"every", 10}, {"patience", 3}};
  config["teacher"] = {{"bundle", "big"}, {"weight", 2}};
  const auto options = ParseTrainPairConfig(config.dump());
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->text.part.kind, TrainedPart::Kind::kLast);
  EXPECT_EQ(options->text.part.blocks, 2);
  EXPECT_EQ(options->text.from, "other");
  EXPECT_EQ(options->text.rate, 0.01);
  EXPECT_EQ(options->image.rate, 0.002);
  EXPECT_EQ(options->loss, PairLossKind::kSigmoid);
  EXPECT_EQ(options->scale, 10);
  EXPECT_EQ(options->chunk, 32);
  EXPECT_EQ(options->schedule, RateSchedule::kLinear);
  EXPECT_EQ(options->scenes_share, 0.25);
  EXPECT_EQ(options->patience, 3);
  EXPECT_EQ(options->teacher, "big");
  EXPECT_EQ(options->teacher_weight, 2);
}

struct Mistake {
  const char* pointer;  // of the value that is set
  const char* value;
  const char* in_message[2];
};

class TrainPairConfigMistakes : public testing::TestWithParam<Mistake> {};
INSTANTIATE_TEST_SUITE_P(
    All, TrainPairConfigMistakes,
    testing::Values(
        Mistake{"/stepps", "3", {"\"stepps\"", "3"}}, Mistake{"/steps", "0", {"\"steps\"", "0"}},
        Mistake{"/steps", "2.5", {"\"steps\"", "2.5"}},
        Mistake{"/rate", "\"fast\"", {"\"rate\"", "fast"}},
        Mistake{"/loss", "\"hinge\"", {"\"loss\"", "hinge"}},
        Mistake{"/loss", "\"tokens\"", {"\"tokens\"", "clip-text"}},
        Mistake{"/chunk", "8", {"\"chunk\"", "8"}}, Mistake{"/ema", "1", {"\"ema\"", "1"}},
        Mistake{"/bfloat16", "1", {"\"bfloat16\"", "1"}},
        Mistake{"/scale", "101", {"\"scale\"", "101"}},
        Mistake{"/max_scale", "2", {"\"max_scale\"", "2"}},
        Mistake{"/patch_dropout", "0.95", {"\"patch_dropout\"", "0.95"}},
        Mistake{"/image", R"({"train": "last 0"})", {"\"train\"", "last 0"}},
        Mistake{"/image", R"({"train": "some"})", {"\"train\"", "some"}},
        Mistake{"/text", R"({"rates": 1})", {"\"rates\"", "\"text\""}},
        Mistake{"/tokenizer", R"({"learn": 9})", {"\"learn\"", "9"}},
        Mistake{"/tokenizer", R"({"learn": 99, "file": "x"})", {"\"tokenizer\"", "either"}},
        Mistake{"/data", "[]", {"\"data\"", "at least one"}},
        Mistake{"/data/0/augment", "\"much\"", {"\"augment\"", "much"}},
        Mistake{"/scenes", R"({"share": 2})", {"\"share\"", "2"}},
        Mistake{"/teacher", R"({"weight": 2})", {"\"teacher\"", "\"bundle\""}},
        Mistake{"/held_out", R"({"every": -1})", {"\"every\"", "-1"}},
        Mistake{"/model/dim", "0", {"dim", "0"}},
        Mistake{"/model/card", "{}", {"\"card\"", "\"model\""}},
        Mistake{"/model/tokenizer/kind", "\"wordpiece\"", {"\"learn\"", "wordpiece"}}));

TEST_P(TrainPairConfigMistakes, AreNamedWithTheirValue) {
  json config = Smallest();
  config[json::json_pointer(GetParam().pointer)] = json::parse(GetParam().value);
  const auto status = ParseTrainPairConfig(config.dump()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* part : GetParam().in_message) EXPECT_THAT(ErrorOf(config), HasSubstr(part));
}

TEST(TrainPairConfig, ShowsNoFolders) {
  json config = Smallest();
  config["data"][0]["manifest"] = "/home/me/photos.tsv";
  config["teacher"] = {{"bundle", "../models/big"}};
  const auto options = ParseTrainPairConfig(config.dump());
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->data[0].manifest, "/home/me/photos.tsv");
  config["data"][0]["manifest"] = "photos.tsv";
  config["teacher"]["bundle"] = "big";
  EXPECT_EQ(json::parse(ShownConfig(*options)), config);
}

TEST(TrainPairConfig, NamesWhatIsMissing) {
  for (const char* key : {"model", "tokenizer", "data"}) {
    json config = Smallest();
    config.erase(key);
    EXPECT_THAT(ErrorOf(config), HasSubstr(std::string("\"") + key + "\" is missing"));
  }
  EXPECT_FALSE(ParseTrainPairConfig("[]").ok());
  EXPECT_FALSE(ParseTrainPairConfig("{").ok());
}

TEST(TrainPairConfig, RefusesFeaturesThatATowerLacks) {
  json config = Smallest();
  config["model"]["image_tower"] = {{"kind", "modified-resnet"},
                                    {"size", 64},
                                    {"width", 8},
                                    {"heads", 2},
                                    {"blocks1", 1},
                                    {"blocks2", 1},
                                    {"blocks3", 1},
                                    {"blocks4", 1}};
  EXPECT_EQ(ErrorOf(config), "");
  config["patch_dropout"] = 0.5;
  EXPECT_THAT(ErrorOf(config), HasSubstr("modified-resnet"));
  config.erase("patch_dropout");
  config["bfloat16"] = true;
  EXPECT_EQ(ErrorOf(config), "");
  config["model"]["text_tower"] = {
      {"kind", "bert-centred"}, {"width", 8}, {"layers", 1}, {"heads", 2}, {"positions", 16}};
  EXPECT_THAT(ErrorOf(config), HasSubstr("bert-centred"));
  config = Smallest();
  config["image"] = config["text"] = {{"train", "frozen"}};
  EXPECT_THAT(ErrorOf(config), HasSubstr("nothing would be trained"));
}

}  // namespace
}  // namespace imago
