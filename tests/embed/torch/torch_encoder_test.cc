// What holds of a bundle opened on LibTorch, whatever its weights.

#include <cmath>
#include <filesystem>
#include <thread>

#include "embed/encoder.h"
#include "embed/import_clip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/published_clip.h"

namespace imago {
namespace {

using testing::HasSubstr;

// One bundle for all tests of this file.
const std::string& BundleDir() {
  static const std::string dir = [] {
    const std::string folder = WritePublished(OpenAiClip(ReadClipGolden("tiny-quick")));
    const auto bundle = ImportClip({folder, MakeTempDir(), "tiny", ""});
    return bundle.ok() ? bundle->dir : bundle.status().ToString();
  }();
  return dir;
}

std::unique_ptr<Encoder> Open(EncoderOptions options) {
  auto encoder = OpenEncoder(BundleDir(), options);
  if (!encoder.ok()) throw std::runtime_error(encoder.status().ToString());
  return *std::move(encoder);
}

EncoderOptions FullPrecision(int max_batch = 32) {
  EncoderOptions options;
  options.precision = Precision::kFloat32;
  options.max_batch = max_batch;
  return options;
}

// A copy of the bundle whose model.json has `from` replaced by `to`.
std::string ChangedBundle(const std::string& from, const std::string& to) {
  const std::string dir = MakeTempDir() + "/bundle";
  std::filesystem::copy(BundleDir(), dir);
  std::string json = ReadTestFile(dir + "/model.json");
  const size_t at = json.find(from);
  if (at == std::string::npos) throw std::runtime_error("no " + from + " in " + json);
  WriteTestFile(dir + "/model.json", json.replace(at, from.size(), to));
  return dir;
}

Image Plain(int width, int height, uint8_t value) {
  return {width, height, std::vector<uint8_t>(size_t{3} * width * height, value)};
}

std::vector<Content> Mixed() {
  return {TextContent{"a red fox on a very long road"},
          ImageContent{MadeUpPicture(32)},
          TextContent{"fox"},
          TextContent{""},
          ImageContent{Plain(50, 40, 90)},
          TextContent{"two dogs"},
          ImageContent{Plain(32, 32, 200)}};
}

double MaxDifference(const float* a, const float* b, int n) {
  double difference = 0;
  for (int i = 0; i < n; ++i) difference = std::max(difference, std::abs(double{a[i]} - b[i]));
  return difference;
}

TEST(TorchEncoder, GivesEachContentTheRowItHasAlone) {
  for (const int max_batch : {1, 2, 32}) {
    const auto encoder = Open(FullPrecision(max_batch));
    const std::vector<Content> contents = Mixed();
    const auto together = encoder->Encode(contents);
    ASSERT_TRUE(together.ok()) << together.status();
    ASSERT_EQ(together->rows.rows(), contents.size());
    for (size_t i = 0; i < contents.size(); ++i) {
      const auto alone = encoder->Encode({&contents[i], 1});
      ASSERT_TRUE(alone.ok());
      EXPECT_LT(MaxDifference(together->rows.row(i), alone->rows.row(0), encoder->dim()), 1e-5)
          << i;
    }
  }
}

TEST(TorchEncoder, GivesDifferentContentsDifferentUnitRows) {
  const auto encoder = Open(FullPrecision());
  const auto rows = encoder->Encode(Mixed());
  ASSERT_TRUE(rows.ok());
  for (size_t i = 0; i < rows->rows.rows(); ++i) {
    double norm = 0;
    for (int c = 0; c < encoder->dim(); ++c) norm += std::pow(rows->rows.row(i)[c], 2);
    EXPECT_NEAR(norm, 1, 1e-5);
    for (size_t j = 0; j < i; ++j) {
      EXPECT_GT(MaxDifference(rows->rows.row(i), rows->rows.row(j), encoder->dim()), 1e-3);
    }
  }
}

TEST(TorchEncoder, NamesItsModelAndAcceptsAnEmptyBatch) {
  const auto encoder = Open(FullPrecision());
  EXPECT_EQ(encoder->model(), std::filesystem::path(BundleDir()).filename());
  EXPECT_EQ(encoder->preprocess().size, 32);
  const auto rows = encoder->Encode({});
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->rows.rows(), 0u);
  EXPECT_EQ(rows->model, encoder->model());
}

TEST(TorchEncoder, StaysCloseInHalfPrecision) {
  EncoderOptions options;
  options.precision = Precision::kBfloat16;
  const auto half = Open(options)->Encode(Mixed());
  const auto full = Open(FullPrecision())->Encode(Mixed());
  ASSERT_TRUE(half.ok() && full.ok());
  for (size_t i = 0; i < full->rows.rows(); ++i) {
    double cosine = 0;
    for (size_t c = 0; c < full->rows.cols(); ++c) {
      cosine += double{half->rows.row(i)[c]} * full->rows.row(i)[c];
    }
    EXPECT_GT(cosine, 0.999) << i;
  }
}

TEST(TorchEncoder, MayBeUsedFromSeveralThreads) {
  const auto encoder = Open(FullPrecision());
  const std::vector<Content> contents = Mixed();
  const auto expected = encoder->Encode(contents);
  ASSERT_TRUE(expected.ok());
  std::vector<double> differences(3, 1);
  std::vector<std::thread> threads;
  for (double& difference : differences) {
    threads.emplace_back([&] {
      const auto rows = encoder->Encode(contents);
      if (!rows.ok()) return;
      difference = MaxDifference(rows->rows.data(), expected->rows.data(),
                                 static_cast<int>(contents.size()) * encoder->dim());
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const double difference : differences) EXPECT_LT(difference, 1e-6);
}

TEST(TorchEncoder, CutsTextsThatAreTooLong) {
  const auto encoder = Open(FullPrecision());
  const std::vector<Content> contents = {TextContent{std::string(5000, 'a')}};
  EXPECT_TRUE(encoder->Encode(contents).ok());
}

TEST(TorchEncoder, KnowsTheScaleOfItsBundleInAnyPrecision) {
  EncoderOptions half;
  half.precision = Precision::kBfloat16;
  // The published weights of the golden have the logarithm 4.5.
  EXPECT_NEAR(Open(FullPrecision())->logit_scale(), std::exp(4.5), 1e-9);
  EXPECT_NEAR(Open(half)->logit_scale(), std::exp(4.5), 1e-9);
}

TEST(TorchEncoder, RefusesPicturesWithoutPixels) {
  const auto encoder = Open(FullPrecision());
  const std::vector<Content> empty = {ImageContent{}};
  EXPECT_EQ(encoder->Encode(empty).status().code(), absl::StatusCode::kInvalidArgument);
  const std::vector<Content> torn = {ImageContent{{32, 32, std::vector<uint8_t>(100)}}};
  EXPECT_THAT(std::string(encoder->Encode(torn).status().message()),
              HasSubstr("32 x 32 pixels has 100 bytes"));
}

TEST(OpenEncoder, RefusesOptionsThatMakeNoSense) {
  EncoderOptions options;
  options.threads = 0;
  EXPECT_THAT(std::string(OpenEncoder(BundleDir(), options).status().message()),
              HasSubstr("threads is 0"));
}

TEST(OpenEncoder, NamesWhatInABundleDoesNotFit) {
  const auto error = [](const std::string& from, const std::string& to) {
    return std::string(OpenEncoder(ChangedBundle(from, to)).status().message());
  };
  EXPECT_THAT(error("\"vit\"", "\"mystery\""), HasSubstr("\"mystery\""));
  EXPECT_THAT(error("\"patch\": 8", "\"patch\": 16"), HasSubstr("tensor image.conv1.weight"));
  EXPECT_THAT(error("\"layers\": 3", "\"layers\": 2"), HasSubstr("surplus: image.transformer"));
  EXPECT_THAT(error("\"max_tokens\": 16", "\"max_tokens\": 17"), HasSubstr("17 tokens"));
}

TEST(OpenEncoder, NamesTheFileThatABundleLacks) {
  for (const char* file : {"merges.txt", "weights.safetensors", "model.json"}) {
    const std::string dir = MakeTempDir() + "/bundle";
    std::filesystem::copy(BundleDir(), dir);
    std::filesystem::remove(dir + "/" + file);
    EXPECT_THAT(std::string(OpenEncoder(dir).status().message()), HasSubstr(file));
  }
}

}  // namespace
}  // namespace imago
