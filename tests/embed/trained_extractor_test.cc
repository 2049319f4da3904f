// The tagger that ships, and folders that hold none. What it reads to the word is in
// event_rules_test.cc.

#include <filesystem>

#include "embed/event_extractor.h"
#include "embed/safetensors.h"
#include "embed/tagger_config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kFolder[] = "models/imago-event-tagger";

// A copy of the tagger's folder, to be spoilt.
std::string Copy() {
  const std::string dir = MakeTempDir();
  for (const char* file : {"tagger.json", "weights.safetensors"}) {
    WriteTestFile(dir + "/" + file, ReadTestFile(SourcePath(kFolder) + "/" + file));
  }
  return dir;
}

absl::StatusOr<std::unique_ptr<EventExtractor>> Open(const std::string& dir) {
  return OpenTrainedExtractor(EventOntology::House().value(), dir);
}

std::string NameOf(const std::string& dir) { return Open(dir).value()->name(); }

TEST(TrainedExtractor, ItsNameSaysWhichWeightsItHas) {
  const std::string dir = Copy();
  const std::string name = NameOf(dir);
  EXPECT_THAT(name, StartsWith("imago-event-tagger@"));
  TaggerConfig config = ParseTaggerConfig(ReadTestFile(dir + "/tagger.json")).value();
  config.card_json = R"({"note":"another card"})";
  WriteTestFile(dir + "/tagger.json", TaggerConfigToJson(config));
  EXPECT_EQ(NameOf(dir), name);
  config.trigger_threshold = 0.9;
  WriteTestFile(dir + "/tagger.json", TaggerConfigToJson(config));
  EXPECT_NE(NameOf(dir), name);
}

TEST(TrainedExtractor, FilesThatAreAbsentOrBrokenAreErrors) {
  EXPECT_EQ(Open(MakeTempDir()).status().code(), absl::StatusCode::kNotFound);
  const std::string dir = Copy();
  std::filesystem::remove(dir + "/weights.safetensors");
  EXPECT_EQ(Open(dir).status().code(), absl::StatusCode::kNotFound);
  const std::string weights = ReadTestFile(SourcePath(kFolder) + "/weights.safetensors");
  WriteTestFile(dir + "/weights.safetensors", weights.substr(0, weights.size() - 1));
  EXPECT_EQ(Open(dir).status().code(), absl::StatusCode::kDataLoss);
  WriteTestFile(dir + "/tagger.json", "{}");
  EXPECT_THAT(std::string(Open(dir).status().message()), HasSubstr(dir + "/tagger.json: \""));
}

TEST(TrainedExtractor, WeightsThatDoNotFitTheNamesAreNamed) {
  const std::string dir = Copy();
  TaggerConfig config = ParseTaggerConfig(ReadTestFile(dir + "/tagger.json")).value();
  config.words.pop_back();
  WriteTestFile(dir + "/tagger.json", TaggerConfigToJson(config));
  const auto opened = Open(dir);
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(opened.status().message()),
              HasSubstr("tensor tables.0.weight must have"));
}

TEST(TrainedExtractor, EveryTensorIsNeededAndMustHaveItsShape) {
  const std::string dir = Copy();
  const auto file = SafetensorsFile::Open(dir + "/weights.safetensors");
  ASSERT_TRUE(file.ok());
  ASSERT_GT(file->tensors().size(), 40u);
  const std::string other = MakeTempDir();
  WriteTestFile(other + "/tagger.json", ReadTestFile(dir + "/tagger.json"));
  size_t number = 0;
  for (const auto& [spoilt, spoilt_info] : file->tensors()) {
    if (kSanitized && number++ % 5 != 0) continue;  // each takes seconds there
    // Of BERT's layers, which are alike, one.
    const bool layer = spoilt.find(".layer.") != std::string::npos;
    if (layer && spoilt.find(".layer.1.") == std::string::npos) continue;
    std::vector<TensorToWrite> tensors;
    for (const auto& [name, info] : file->tensors()) {
      const std::string bytes(reinterpret_cast<const char*>(file->data(info)),
                              info.end - info.begin);
      TensorToWrite tensor = {name, info.type, info.shape, bytes};
      if (name == spoilt) tensor = {name, TensorType::kF32, {1, 1, 1}, std::string(4, '\0')};
      tensors.push_back(std::move(tensor));
    }
    ASSERT_TRUE(WriteSafetensors(other + "/weights.safetensors", tensors, {}).ok());
    EXPECT_EQ(Open(other).status().code(), absl::StatusCode::kInvalidArgument) << spoilt;
  }
}

TEST(TrainedExtractor, WeightsWithWhichSumsMightOverflowAreNamed) {
  const std::string dir = Copy();
  const auto file = SafetensorsFile::Open(dir + "/weights.safetensors");
  ASSERT_TRUE(file.ok());
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, info] : file->tensors()) {
    const std::string bytes(reinterpret_cast<const char*>(file->data(info)), info.end - info.begin);
    tensors.push_back({name, info.type, info.shape, bytes});
    if (name == "role_out.bias") tensors.back().bytes[1] = 0x7b;  // an f16 of 57,344 or more
  }
  const std::string other = MakeTempDir();
  WriteTestFile(other + "/tagger.json", ReadTestFile(dir + "/tagger.json"));
  ASSERT_TRUE(WriteSafetensors(other + "/weights.safetensors", tensors, {}).ok());
  EXPECT_THAT(std::string(Open(other).status().message()),
              HasSubstr("tensor role_out.bias has the value"));
}

TEST(TrainedExtractor, TypesOfOnesOwnAreReadByTheRules) {
  EventOntology ontology = EventOntology::House().value();
  ASSERT_TRUE(ontology
                  .Add(R"({"events": [{"type": "Seizing", "definition": "Someone seizes.",
                          "roles": {"Seizer": ["person"], "Seized": ["anything"]},
                          "templates": ["{Seizer} arrested {Seized}"], "verbs": ["arrest"]}]})",
                       "my.json")
                  .ok());
  const auto extractor = OpenTrainedExtractor(std::move(ontology), SourcePath(kFolder)).value();
  const auto events = extractor->Extract(TextContent{"Police arrested a man."}).value();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type, "Seizing");
  ASSERT_EQ(events[0].arguments.size(), 2u);
  EXPECT_EQ(events[0].arguments[1].role, "Seized");
}

TEST(TrainedExtractor, ReadsAnyText) {
  const auto extractor = Open(SourcePath(kFolder)).value();
  for (const std::string text : {"", " ", ".", "\xff\xfe", "- - -", "«»", "rebel-held-", "'s 's"}) {
    EXPECT_TRUE(extractor->Extract(TextContent{text}).ok()) << text;
  }
  EXPECT_TRUE(extractor->Extract(TextContent{std::string(60000, 'a')}).ok());
  std::string attacks;
  for (int i = 0; i < 600; ++i) attacks += "rebels attacked a town and ";
  const auto events = extractor->Extract(TextContent{attacks});
  ASSERT_TRUE(events.ok());
  EXPECT_GT(events->size(), 0u);
  EXPECT_LE(events->size(), 600u);
}

}  // namespace
}  // namespace imago
