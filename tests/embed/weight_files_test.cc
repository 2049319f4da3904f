// Tensors from one file, from several with an index, and what is wrong with them.

#include "embed/weight_files.h"

#include <nlohmann/json.hpp>

#include "embed/shard_index.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using testing::HasSubstr;

TensorToWrite Bytes(const std::string& name, const std::string& bytes) {
  return {name, TensorType::kU8, {static_cast<int64_t>(bytes.size())}, bytes};
}

void WriteShard(const std::string& path, const std::vector<TensorToWrite>& tensors) {
  ASSERT_TRUE(WriteSafetensors(path, tensors, {{"format", "pt"}}).ok());
}

// Two shards, "a" and "b" in the first and "c" in the second.
class Shards : public testing::Test {
 protected:
  void SetUp() override {
    WriteShard(folder_ + "/one.safetensors", {Bytes("a", "12"), Bytes("b", "3")});
    WriteShard(folder_ + "/two.safetensors", {Bytes("c", "4567")});
    SetMap({{"a", "one.safetensors"}, {"b", "one.safetensors"}, {"c", "two.safetensors"}});
  }
  void SetMap(const nlohmann::json& map) {
    const nlohmann::json root = {{"metadata", {{"total_size", 7}}}, {"weight_map", map}};
    WriteTestFile(index_, root.dump());
  }
  std::string Error() {
    const auto files = WeightFiles::Open(index_);
    return files.ok() ? "" : std::string(files.status().message());
  }

  const std::string folder_ = MakeTempDir();
  const std::string index_ = folder_ + "/model.safetensors.index.json";
};

TEST_F(Shards, AreReadAsOneFile) {
  const auto files = WeightFiles::Open(index_);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(files->tensors().size(), 3u);
  EXPECT_EQ(*files->Read("a"), "12");
  EXPECT_EQ(*files->Read("c"), "4567");
  EXPECT_EQ(files->metadata().at("format"), "pt");
  EXPECT_EQ(files->Read("d").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(Shards, MustAllBeThere) {
  std::remove((folder_ + "/two.safetensors").c_str());
  EXPECT_THAT(Error(), HasSubstr("two.safetensors"));
}

TEST_F(Shards, MustHoldWhatTheIndexSays) {
  SetMap({{"a", "one.safetensors"},
          {"b", "one.safetensors"},
          {"c", "two.safetensors"},
          {"d", "two.safetensors"}});
  EXPECT_THAT(Error(), HasSubstr("two.safetensors lacks d"));
  SetMap({{"a", "one.safetensors"}, {"c", "two.safetensors"}});
  EXPECT_THAT(Error(), HasSubstr("one.safetensors holds b"));
  SetMap({{"a", "one.safetensors"}, {"b", "two.safetensors"}, {"c", "two.safetensors"}});
  EXPECT_THAT(Error(), HasSubstr("one.safetensors holds b"));
}

TEST_F(Shards, MustNotHoldATensorTwice) {
  WriteShard(folder_ + "/two.safetensors", {Bytes("c", "4567"), Bytes("a", "89")});
  EXPECT_THAT(Error(), HasSubstr("tensor a comes twice"));
}

TEST_F(Shards, HavePlainNames) {
  for (const char* name :
       {"../one.safetensors", "/etc/one.safetensors", "x/one.safetensors", ".safetensors",
        ".x.safetensors", "one.bin", "a\\one.safetensors", "one.safetensors ", ""}) {
    SetMap({{"a", name}});
    EXPECT_THAT(Error(), HasSubstr("no plain name")) << name;
  }
  SetMap({{"a", 7}});
  EXPECT_THAT(Error(), HasSubstr("no plain name"));
}

TEST(ShardIndex, RefusesOtherJson) {
  for (const char* json : {"", "[]", "{}", R"({"weight_map": {}})", R"({"weight_map": []})",
                           R"({"weight_map": {"a": "a.safetensors", "a": "b.safetensors"}})"}) {
    EXPECT_EQ(ParseShardIndex(json).status().code(), absl::StatusCode::kInvalidArgument) << json;
  }
}

TEST(ShardIndex, HasALimitOfFiles) {
  nlohmann::json map;
  for (int i = 0; i < 1001; ++i) {
    map[std::to_string(i)] = "s" + std::to_string(i) + ".safetensors";
  }
  const auto index = ParseShardIndex(nlohmann::json{{"weight_map", map}}.dump());
  EXPECT_THAT(std::string(index.status().message()), HasSubstr("1001 files"));
}

TEST(WeightFiles, SayThatAnOldPyTorchFileIsOne) {
  const std::string path = MakeTempDir() + "/old.pt";
  WriteTestFile(path, "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.");
  EXPECT_THAT(std::string(WeightFiles::Open(path).status().message()), HasSubstr("before 1.6"));
}

}  // namespace
}  // namespace imago
