// For whoever has OpenAI's ViT-B/32: the vectors of real photos as CLIP itself made them.

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "embed/decode_image.h"
#include "embed/import_clip.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/published_support.h"
#include "tests/support/data.h"

namespace imago {
namespace {

// A bundle as it is; published weights are imported first.
std::string BundleDir(const std::string& given) {
  if (std::filesystem::exists(given + "/model.json")) return given;
  auto bundle = ImportClip({given, MakeTempDir(), "vit-b-32", ""});
  const std::string merges = SharedData("clip-bpe");
  if (bundle.status().code() == absl::StatusCode::kNotFound && !merges.empty()) {
    bundle =
        ImportClip({given, MakeTempDir(), "vit-b-32", merges + "/bpe_simple_vocab_16e6.txt.gz"});
  }
  if (!bundle.ok()) throw std::runtime_error(bundle.status().ToString());
  return bundle->dir;
}

std::vector<float> ReadRow(const std::string& path) {
  const std::string bytes = ReadTestFile(path);
  std::vector<float> row(bytes.size() / sizeof(float));
  std::memcpy(row.data(), bytes.data(), row.size() * sizeof(float));
  return row;
}

TEST(VitB32, MakesThePublishedVectorsOfPhotos) {
  IMAGO_NEED_SHARED_DATA("clip-preprocess-ref");
  const char* given = std::getenv("IMAGO_CLIP_VITB32");
  if (given == nullptr) GTEST_SKIP() << "needs ViT-B/32: set IMAGO_CLIP_VITB32 to its folder";
  const std::string folder = SharedData("clip-preprocess-ref");
  std::vector<Content> contents;
  std::vector<std::vector<float>> expected;
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/images")) {
    auto decoded = DecodeImageFile(entry.path().string());
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    contents.push_back(ImageContent{std::move(decoded->image)});
    expected.push_back(ReadRow(folder + "/" + entry.path().stem().string() + ".vitb32.512.f32le"));
  }
  ASSERT_EQ(contents.size(), 7u);
  const Matrix rows = EncodeWith(BundleDir(given), Precision::kFloat32, contents);
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(expected[i].size(), rows.cols());
    EXPECT_GE(Cosine(rows.row(i), expected[i]), 0.999) << i;
  }
}

}  // namespace
}  // namespace imago
