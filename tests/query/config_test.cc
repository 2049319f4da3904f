#include "query/config.h"

#include <cstdlib>
#include <filesystem>

#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

std::string ErrorOf(const std::string& text) {
  const auto config = ParseConfig(text);
  EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(config.status().message());
}

TEST(Config, KeepsDefaultsForWhatIsAbsent) {
  const auto config = ParseConfig("{}");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->server.host, "127.0.0.1");
  EXPECT_EQ(config->index.kind, IndexKind::kExact);
  EXPECT_EQ(config->decode.max_ratio, DecodeOptions().max_ratio);
}

TEST(Config, ReadsEveryPart) {
  const auto config = ParseConfig(R"({"data_dir":"/d","model":"m","decode_worker":"/w",
      "encoder":{"precision":"bf16","threads":3,"max_batch":7},
      "index":{"kind":"hnsw","hnsw_links":16,"threads":2},
      "decode":{"max_bytes":5000000000,"max_pixels":9,"max_ratio":10},
      "server":{"host":"::1","port":0,"threads":2,"import_roots":["/a","/b"],"token":"t"}})");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->data_dir + config->model + config->decode_worker, "/dm/w");
  EXPECT_EQ(config->encoder.precision, Precision::kBfloat16);
  EXPECT_EQ(config->index.kind, IndexKind::kHnsw);
  EXPECT_EQ(config->decode.max_bytes, 5'000'000'000);
  EXPECT_EQ(config->server.import_roots, (std::vector<std::string>{"/a", "/b"}));
}

TEST(Config, ReadsTheGpuAndItsMemory) {
  const auto config = ParseConfig(R"({"index":{"kind":"gpu","gpu_memory_mb":2000}})");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->index.kind, IndexKind::kGpu);
  EXPECT_EQ(config->index.gpu_memory_mb, 2000);
  EXPECT_EQ(ErrorOf(R"({"index":{"gpu_memory_mb":-1}})"),
            "index.gpu_memory_mb: must be a whole number from 0 to 16777216, is -1");
}

TEST(Config, NamesWhatIsWrong) {
  EXPECT_EQ(ErrorOf(R"({"modell":"x"})"), "modell: is not a known key");
  EXPECT_EQ(ErrorOf(R"({"server":{"prot":1}})"), "server.prot: is not a known key");
  EXPECT_EQ(ErrorOf(R"({"server":{"port":70000}})"),
            "server.port: must be a whole number from 0 to 65535, is 70000");
  EXPECT_EQ(ErrorOf(R"({"server":{"port":"80"}})"),
            "server.port: must be a whole number from 0 to 65535, is \"80\"");
  EXPECT_EQ(ErrorOf(R"({"encoder":[]})"), "encoder: must be an object");
  EXPECT_EQ(ErrorOf(R"({"encoder":{"precision":"f8"}})"),
            "encoder.precision: must be auto, f32 or bf16, is f8");
  EXPECT_NE(ErrorOf(R"({"index":{"kind":"tree"}})").find("index.kind: "), std::string::npos);
}

TEST(Config, RefusesWhatIsNoStrictJson) {
  for (const char* text : {"", "{", "[]", "7", R"({"model":"a","model":"b"})"}) ErrorOf(text);
}

TEST(Config, NamesTheFile) {
  const std::string path = MakeTempDir() + "/c.json";
  WriteTestFile(path, R"({"x":1})");
  const auto config = ReadConfigFile(path);
  EXPECT_EQ(std::string(config.status().message()), path + ": x: is not a known key");
  EXPECT_FALSE(ReadConfigFile(path + ".none").ok());
}

// The places of ResolveModelDir, with a made-up starter folder in $IMAGO_MODELS.
class ModelDir : public testing::Test {
 protected:
  void SetUp() override {
    models_ = MakeTempDir();
    config_.data_dir = MakeTempDir();
    setenv("IMAGO_MODELS", models_.c_str(), 1);
  }
  void TearDown() override { unsetenv("IMAGO_MODELS"); }
  static void AddBundle(const std::string& dir) { WriteTestFile(dir + "/model.json", "{}"); }

  std::string models_;
  Config config_;
};

TEST_F(ModelDir, TakesTheOnlyStarter) {
  AddBundle(models_ + "/one@00000000");
  EXPECT_EQ(ResolveModelDir(config_).value(), models_ + "/one@00000000");
}

TEST_F(ModelDir, TakesTheDefaultOfSeveralStarters) {
  AddBundle(models_ + "/one@00000000");
  AddBundle(models_ + "/two@00000000");
  WriteTestFile(models_ + "/DEFAULT", "two@00000000\n");
  EXPECT_EQ(ResolveModelDir(config_).value(), models_ + "/two@00000000");
}

TEST_F(ModelDir, FindsAModelByFolderAndByName) {
  AddBundle(config_.data_dir + "/models/mine@11111111");
  AddBundle(models_ + "/mine@00000000");
  config_.model = "mine";
  EXPECT_EQ(ResolveModelDir(config_).value(), config_.data_dir + "/models/mine@11111111");
  config_.model = "mine@00000000";
  EXPECT_EQ(ResolveModelDir(config_).value(), models_ + "/mine@00000000");
  config_.model = models_ + "/mine@00000000";
  EXPECT_EQ(ResolveModelDir(config_).value(), config_.model);
}

TEST_F(ModelDir, SaysWhereItLooked) {
  config_.model = "nowhere";
  const auto dir = ResolveModelDir(config_);
  EXPECT_EQ(dir.status().code(), absl::StatusCode::kNotFound);
  const std::string message(dir.status().message());
  EXPECT_NE(message.find("\"nowhere\""), std::string::npos);
  EXPECT_NE(message.find(models_), std::string::npos);
}

}  // namespace
}  // namespace imago
