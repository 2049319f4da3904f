// PyTorch's files, made by PyTorch and made by hand, and hostile ones.

#include "embed/torch_archive.h"

#include <nlohmann/json.hpp>

#include "embed/import_clip.h"
#include "embed/weight_files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/published_clip.h"
#include "tests/support/torch_archive_writer.h"

namespace imago {
namespace {

using testing::HasSubstr;

std::string Golden(const std::string& name) { return SourcePath("tests/golden/" + name); }

std::string Hex(const std::string& bytes) {
  std::string hex;
  for (const char byte : bytes) {
    hex += "0123456789abcdef"[static_cast<uint8_t>(byte) >> 4];
    hex += "0123456789abcdef"[static_cast<uint8_t>(byte) & 15];
  }
  return hex;
}

void ExpectTensors(const std::string& file, const std::string& key) {
  const auto archive = TorchArchive::Open(Golden(file));
  ASSERT_TRUE(archive.ok()) << archive.status();
  const auto expected = nlohmann::json::parse(ReadTestFile(Golden("torch_archives.json")))[key];
  EXPECT_EQ(archive->tensors().size(), expected.size());
  for (const auto& [name, tensor] : expected.items()) {
    ASSERT_EQ(archive->tensors().count(name), 1u) << name;
    const TorchTensor& found = archive->tensors().at(name);
    EXPECT_EQ(TensorTypeName(found.type), tensor["dtype"]) << name;
    EXPECT_EQ(found.shape, tensor["shape"].get<std::vector<int64_t>>()) << name;
    const auto bytes = archive->Read(name);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(Hex(*bytes), tensor["hex"]) << name;
  }
}

// The error of an archive with this data.pkl and one storage "0" of 8 bytes.
std::string ErrorOf(const std::string& pickle) {
  const auto archive = TorchArchive::Parse(
      MakeZip({{"a/data.pkl", "\x80\x02" + pickle + "."}, {"a/data/0", "12345678"}}));
  return archive.ok() ? "" : std::string(archive.status().message());
}

// A dictionary with one tensor of that storage: offset, shape and strides are pickled tuples.
std::string Tensor(const std::string& count, const std::string& rest) {
  return "}X" + std::string("\x01\0\0\0x", 5) + "ctorch._utils\n_rebuild_tensor_v2\n((X\x07" +
         std::string(3, '\0') + "storagectorch\nFloatStorage\nX\x01" + std::string(3, '\0') +
         "0X\x03" + std::string(3, '\0') + "cpu" + count + "tQ" + rest + "\x89}tRs";
}

TEST(TorchArchive, ReadsAModuleThatTorchScriptSaved) { ExpectTensors("torch_script.pt", "script"); }

TEST(TorchArchive, ReadsADictionaryWithViewsOfSharedStorages) {
  ExpectTensors("torch_dict.pt", "dict");
}

TEST(TorchArchive, ReadsTheWeightsOfATrainingCheckpoint) {
  ExpectTensors("torch_checkpoint.pt", "dict");
}

TEST(TorchArchive, RefusesWhatNoCheckpointNeedsByName) {
  const auto archive = TorchArchive::Open(Golden("torch_foreign.pt"));
  EXPECT_EQ(archive.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(archive.status().message()), HasSubstr("pathlib.PurePosixPath"));
  EXPECT_THAT(ErrorOf("cos\nsystem\nX\x02" + std::string(3, '\0') + "ls\x85R"),
              HasSubstr("os.system is not one"));
  EXPECT_THAT(ErrorOf("cbuiltins\neval\n0"), HasSubstr("opcode 0x30"));
}

TEST(TorchArchive, SaysThatAnOldFileIsOne) {
  EXPECT_THAT(std::string(WeightFiles::Open(Golden("torch_old.pt")).status().message()),
              HasSubstr("before 1.6"));
}

TEST(TorchArchive, ReadsWhatTheWriterOfTheTestsWrites) {
  const std::vector<TensorToWrite> tensors = {{"a.b.c", TensorType::kI32, {2, 1}, "12345678"},
                                              {"a.d", TensorType::kU8, {}, "x"}};
  for (const bool as_module : {false, true}) {
    const auto archive = TorchArchive::Parse(MakeTorchArchive(tensors, as_module));
    ASSERT_TRUE(archive.ok()) << archive.status();
    EXPECT_EQ(archive->tensors().size(), 2u);
    EXPECT_EQ(*archive->Read("a.b.c"), "12345678");
    EXPECT_EQ(*archive->Read("a.d"), "x");
    EXPECT_FALSE(archive->Read("a.e").ok());
  }
}

TEST(TorchArchive, ImportsAsTheSameModel) {
  const auto tensors = OpenAiClip(ReadClipGolden("tiny-resnet"));
  const auto expected = ImportClip({WritePublished(tensors), MakeTempDir(), "clip", ""});
  const std::string folder = MakeTempDir();
  WriteTestFile(folder + "/RN50.pt", MakeTorchArchive(tensors, /*as_module=*/true));
  WriteTestFile(folder + "/merges.txt", SpellingMerges());
  for (const std::string& path : {folder, folder + "/RN50.pt"}) {
    const auto bundle = ImportClip({path, MakeTempDir(), "clip", ""});
    ASSERT_TRUE(bundle.ok()) << bundle.status();
    EXPECT_EQ(bundle->id, expected->id);
  }
}

TEST(TorchArchive, KeepsTensorsWithinTheirStorage) {
  EXPECT_EQ(ErrorOf(Tensor("K\x02", std::string("K\0", 2) + "K\x02\x85K\x01\x85")), "");
  EXPECT_THAT(ErrorOf(Tensor("K\x02", "K\x01K\x02\x85K\x01\x85")), HasSubstr("x does not fit"));
  EXPECT_THAT(ErrorOf(Tensor("K\x02", std::string("K\0", 2) + "K\x02\x85K\x02\x85")),
              HasSubstr("x does not fit"));
  EXPECT_THAT(ErrorOf(Tensor("K\x03", std::string("K\0", 2) + "K\x02\x85K\x01\x85")),
              HasSubstr("x does not fit"));
  EXPECT_THAT(ErrorOf(Tensor("K\x02", std::string("K\0", 2) + "J\xff\xff\xff\x7f\x85" +
                                          std::string("K\0\x85", 3))),
              HasSubstr("x does not fit"));
}

TEST(TorchArchive, SurvivesStructuresThatGoInCircles) {
  const std::string key = "X\x01" + std::string(3, '\0') + "k";
  EXPECT_THAT(ErrorOf(std::string("}q\0", 3) + key + std::string("h\0s", 3)), HasSubstr("circles"));
  // Forty dictionaries of the same dictionary twice: 2^40 ways down.
  std::string twice("}q\0", 3);
  for (int depth = 0; depth < 40; ++depth) {
    const auto at = static_cast<char>(depth);
    twice = "}(" + key + twice + key + "h" + std::string(1, at) + "uq";
    twice.push_back(static_cast<char>(depth + 1));
  }
  EXPECT_THAT(ErrorOf(twice), HasSubstr("circles"));
}

TEST(TorchArchive, RefusesTornAndForeignZipFiles) {
  const std::string whole = ReadTestFile(Golden("torch_dict.pt"));
  for (const size_t size : {size_t{0}, size_t{1}, size_t{30}, whole.size() / 2, whole.size() - 1}) {
    EXPECT_FALSE(TorchArchive::Parse(whole.substr(0, size)).ok()) << size;
  }
  const auto error = [](const std::vector<std::pair<std::string, std::string>>& entries) {
    return std::string(TorchArchive::Parse(MakeZip(entries)).status().message());
  };
  EXPECT_THAT(error({{"readme", "x"}}), HasSubstr("no data.pkl"));
  EXPECT_THAT(error({{"a/data.pkl", "\x80\x02}."}, {"b/data.pkl", "\x80\x02}."}}),
              HasSubstr("more than one data.pkl"));
  EXPECT_THAT(error({{"a/data.pkl", "\x80\x02}."}, {"a/data.pkl", "\x80\x02}."}}),
              HasSubstr("comes twice"));
  EXPECT_THAT(error({{"a/data.pkl", "\x80\x02}."}, {"a/byteorder", "big"}}), HasSubstr("big"));
}

TEST(TorchArchive, ComparesChecksums) {
  std::string bytes = MakeTorchArchive({{"a", TensorType::kI32, {2}, "12345678"}});
  bytes[bytes.find("12345678")] = '!';
  const auto archive = TorchArchive::Parse(bytes);
  ASSERT_TRUE(archive.ok()) << archive.status();
  EXPECT_THAT(std::string(archive->Read("a").status().message()), HasSubstr("checksum"));
}

}  // namespace
}  // namespace imago
