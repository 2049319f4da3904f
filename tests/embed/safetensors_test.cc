#include "embed/safetensors.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <random>

#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using absl::StatusCode;

std::string File(const std::string& header, size_t data_bytes) {
  std::string file;
  for (int i = 0; i < 8; ++i) file.push_back(static_cast<char>(header.size() >> (8 * i)));
  return file + header + std::string(data_bytes, '\x01');
}

absl::Status ParseHeader(const std::string& header, size_t data_bytes) {
  return SafetensorsFile::Parse(File(header, data_bytes)).status();
}

std::string Bytes(const std::vector<float>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

// One tensor "a" of 2 x 2 halves.
constexpr char kGood[] = R"({"a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}})";

TEST(Safetensors, ReadsWhatAnotherWriterWrote) {
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[2,10]},)"
      R"("a":{"dtype":"U8","shape":[2,1],"data_offsets":[0,2]}}   )";
  std::string bytes = File(header, 2) + Bytes({1.5f, -2.0f});
  const absl::StatusOr<SafetensorsFile> file = SafetensorsFile::Parse(bytes);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->metadata().at("format"), "pt");
  EXPECT_EQ(file->tensors().at("a").shape, (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(file->data(file->tensors().at("a"))[1], 1);
  EXPECT_EQ(*file->ReadFloats("b"), (std::vector<float>{1.5f, -2.0f}));
}

TEST(Safetensors, TakesScalarsEmptyTensorsAndNoTensorsAtAll) {
  EXPECT_TRUE(ParseHeader("{}", 0).ok());
  EXPECT_TRUE(ParseHeader(R"({"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", 4).ok());
  EXPECT_TRUE(ParseHeader(R"({"e":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]}})", 0).ok());
}

TEST(Safetensors, RefusesShortFilesAndLyingHeaderLengths) {
  for (size_t size = 0; size < 10; ++size) {
    EXPECT_EQ(SafetensorsFile::Parse(std::string(size, '\0')).status().code(),
              StatusCode::kDataLoss);
  }
  std::string file = File(kGood, 8);
  EXPECT_TRUE(SafetensorsFile::Parse(file).ok());
  for (const size_t cut : {file.size() - 1, file.size() - 8, file.size() - 9, size_t{20}}) {
    EXPECT_FALSE(SafetensorsFile::Parse(file.substr(0, cut)).ok()) << cut;
  }
  for (int byte = 0; byte < 8; ++byte) {
    std::string lying = file;
    lying[byte] = '\xff';
    EXPECT_EQ(SafetensorsFile::Parse(lying).status().code(), StatusCode::kDataLoss) << byte;
  }
}

TEST(Safetensors, RefusesHeadersOverTheLimitEvenWhenTheFileIsThatLarge) {
  std::string header = kGood;
  header.resize(100'000'001, ' ');
  EXPECT_EQ(ParseHeader(header, 8).code(), StatusCode::kDataLoss);
}

TEST(Safetensors, RefusesHeadersThatAreNoJsonObject) {
  for (const char* header :
       {"", "[]", " {}", "{", "{}x", "null", "{\"a\":1}", "{\"a\":[]}", "{\"a\":{}}", "\xff{}"}) {
    EXPECT_EQ(ParseHeader(header, 0).code(), StatusCode::kDataLoss) << header;
  }
}

TEST(Safetensors, RefusesBrokenTensorEntries) {
  for (const char* entry : {
           R"({"dtype":"F16","shape":[2,2]})",                                // no offsets
           R"({"dtype":"F16","data_offsets":[0,8]})",                         // no shape
           R"({"shape":[2,2],"data_offsets":[0,8]})",                         // no type
           R"({"dtype":16,"shape":[2,2],"data_offsets":[0,8]})",              // type no word
           R"({"dtype":"F16","shape":[2,2],"data_offsets":[0,8],"more":0})",  // unknown key
           R"({"dtype":"F16","shape":[-2,-2],"data_offsets":[0,8]})",         // negative
           R"({"dtype":"F16","shape":[2.0,2],"data_offsets":[0,8]})",         // fraction
           R"({"dtype":"F16","shape":["2",2],"data_offsets":[0,8]})",         // word
           R"({"dtype":"F16","shape":4,"data_offsets":[0,8]})",               // no list
           R"({"dtype":"F16","shape":[3,2],"data_offsets":[0,8]})",           // size differs
           R"({"dtype":"F32","shape":[2,2],"data_offsets":[0,8]})",           // size differs
           R"({"dtype":"F16","shape":[2,2],"data_offsets":[8,0]})",           // backwards
           R"({"dtype":"F16","shape":[2,2],"data_offsets":[0,8,8]})",         // three
           R"({"dtype":"F16","shape":[2,2],"data_offsets":[1,9]})",           // past the end
           R"({"dtype":"F16","shape":[2,2],"data_offsets":[-8,0]})",          // negative
           R"({"dtype":"F16","shape":[2,2],"data_offsets":[0,18446744073709551615]})",
           R"({"dtype":"F16","shape":[4294967296,4294967296],"data_offsets":[0,0]})",
           R"({"dtype":"F16","shape":[9223372036854775807,2,0],"data_offsets":[0,0]})",
       }) {
    EXPECT_EQ(ParseHeader(std::string(R"({"a":)") + entry + "}", 8).code(), StatusCode::kDataLoss)
        << entry;
  }
}

TEST(Safetensors, NamesTheTypeThatItDoesNotKnow) {
  const absl::Status status =
      ParseHeader(R"({"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})", 8);
  EXPECT_EQ(status.code(), StatusCode::kUnimplemented);
  EXPECT_NE(status.message().find("F8_E4M3"), absl::string_view::npos);
}

std::string TwoTensors(int begin_b, int end_b) {
  return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[)" +
         std::to_string(end_b - begin_b) + R"(],"data_offsets":[)" + std::to_string(begin_b) + "," +
         std::to_string(end_b) + "]}}";
}

TEST(Safetensors, RefusesOverlapsGapsAndTrailingBytes) {
  EXPECT_TRUE(ParseHeader(TwoTensors(4, 8), 8).ok());
  EXPECT_EQ(ParseHeader(TwoTensors(3, 8), 8).code(), StatusCode::kDataLoss);
  EXPECT_EQ(ParseHeader(TwoTensors(0, 8), 8).code(), StatusCode::kDataLoss);
  EXPECT_EQ(ParseHeader(TwoTensors(5, 8), 8).code(), StatusCode::kDataLoss);
  EXPECT_EQ(ParseHeader(TwoTensors(4, 7), 8).code(), StatusCode::kDataLoss);
  EXPECT_EQ(ParseHeader(TwoTensors(4, 8), 9).code(), StatusCode::kDataLoss);
}

TEST(Safetensors, RefusesNamesGivenTwiceAndOddMetadata) {
  const std::string entry = R"({"dtype":"F16","shape":[0],"data_offsets":[0,0]})";
  EXPECT_EQ(ParseHeader(R"({"a":)" + entry + R"(,"a":)" + entry + "}", 0).code(),
            StatusCode::kDataLoss);
  EXPECT_EQ(ParseHeader(R"({"__metadata__":{"x":1}})", 0).code(), StatusCode::kDataLoss);
  EXPECT_EQ(ParseHeader(R"({"__metadata__":[]})", 0).code(), StatusCode::kDataLoss);
}

TEST(Safetensors, ReadsHalvesAsFloatsWherevertheyLie) {
  // One byte first, so that the values are not aligned: 1.0, -2.0, the smallest f16, infinity.
  const std::string header = R"({"u":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                             R"("h":{"dtype":"F16","shape":[4],"data_offsets":[1,9]},)"
                             R"("b":{"dtype":"BF16","shape":[2],"data_offsets":[9,13]}})";
  const std::string halves("\x00\x3c\x00\xc0\x01\x00\x00\x7c", 8);
  const std::string bf16("\x80\x3f\x49\x40", 4);
  const auto file = SafetensorsFile::Parse(File(header, 1) + halves + bf16);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*file->ReadFloats("h"), (std::vector<float>{1.0f, -2.0f, std::ldexp(1.0f, -24),
                                                        std::numeric_limits<float>::infinity()}));
  EXPECT_EQ(*file->ReadFloats("b"), (std::vector<float>{1.0f, 3.140625f}));
}

TEST(Safetensors, NamesTheTensorThatIsMissingOrNoFloats) {
  const auto file = SafetensorsFile::Parse(File(TwoTensors(4, 8), 8));
  const absl::Status missing = file->ReadFloats("visual.proj").status();
  EXPECT_EQ(missing.code(), StatusCode::kNotFound);
  EXPECT_NE(missing.message().find("visual.proj"), absl::string_view::npos);
  EXPECT_EQ(file->ReadFloats("a").status().code(), StatusCode::kInvalidArgument);
}

TEST(Safetensors, NamesThePathThatDoesNotOpen) {
  const absl::Status status = SafetensorsFile::Open("/no/such.safetensors").status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_NE(status.message().find("/no/such.safetensors"), absl::string_view::npos);
  EXPECT_FALSE(SafetensorsFile::Open(MakeTempDir()).ok());
}

TEST(Safetensors, KeepsItsDataWhenMoved) {
  auto opened = SafetensorsFile::Parse(File(kGood, 8));
  const SafetensorsFile moved = *std::move(opened);
  EXPECT_EQ(moved.data(moved.tensors().at("a"))[7], 1);
}

TEST(SafetensorsWriter, RoundTripsRandomTensors) {
  std::mt19937 random(7);
  const std::string path = MakeTempDir() + "/w.safetensors";
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<TensorToWrite> tensors;
    for (int i = random() % 6; i > 0; --i) {
      TensorToWrite tensor{
          "layer." + std::to_string(i), static_cast<TensorType>(random() % 6), {}, ""};
      size_t count = 1;
      for (int side = random() % 4; side > 0; --side) tensor.shape.push_back(random() % 5);
      for (const int64_t side : tensor.shape) count *= side;
      tensor.bytes.resize(count * TensorTypeSize(tensor.type));
      for (char& byte : tensor.bytes) byte = static_cast<char>(random());
      tensors.push_back(tensor);
    }
    ASSERT_TRUE(WriteSafetensors(path, tensors, {{"trial", std::to_string(trial)}}).ok());
    const auto file = SafetensorsFile::Open(path);
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ(file->metadata().at("trial"), std::to_string(trial));
    ASSERT_EQ(file->tensors().size(), tensors.size());
    for (const TensorToWrite& tensor : tensors) {
      const TensorInfo& info = file->tensors().at(tensor.name);
      EXPECT_EQ(info.type, tensor.type);
      EXPECT_EQ(info.shape, tensor.shape);
      EXPECT_EQ(std::string(reinterpret_cast<const char*>(file->data(info)), info.end - info.begin),
                tensor.bytes);
    }
  }
}

TEST(SafetensorsWriter, WritesTheSameBytesTwiceWithAnAlignedHeader) {
  const std::string dir = MakeTempDir();
  const std::vector<TensorToWrite> tensors = {{"z", TensorType::kF32, {1}, Bytes({1})},
                                              {"a", TensorType::kU8, {3}, "xyz"}};
  ASSERT_TRUE(WriteSafetensors(dir + "/1", tensors, {}).ok());
  ASSERT_TRUE(WriteSafetensors(dir + "/2", tensors, {}).ok());
  const std::string bytes = ReadTestFile(dir + "/1");
  EXPECT_EQ(bytes, ReadTestFile(dir + "/2"));
  EXPECT_EQ((bytes.size() - 7) % 8, 0u);
  EXPECT_LT(bytes.find("\"z\""), bytes.find("\"a\""));
}

TEST(SafetensorsWriter, RefusesWhatItCouldNotReadBack) {
  const std::string path = MakeTempDir() + "/w";
  const TensorToWrite good{"a", TensorType::kU8, {3}, "xyz"};
  const TensorToWrite small{"b", TensorType::kF32, {3}, "xyz"};
  const TensorToWrite reserved{"__metadata__", TensorType::kU8, {3}, "xyz"};
  const TensorToWrite negative{"n", TensorType::kU8, {-1, -3}, "xyz"};
  const TensorToWrite no_text{"\xff", TensorType::kU8, {3}, "xyz"};
  for (const TensorToWrite& bad : {good, small, reserved, negative, no_text}) {
    EXPECT_EQ(WriteSafetensors(path, {good, bad}, {}).code(), StatusCode::kInvalidArgument)
        << bad.name;
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SafetensorsWriter, NamesThePathThatItCannotWrite) {
  const std::string path = MakeTempDir() + "/no/w";
  const absl::Status status = WriteSafetensors(path, {}, {});
  EXPECT_NE(status.message().find(path), absl::string_view::npos) << status;
}

}  // namespace
}  // namespace imago
