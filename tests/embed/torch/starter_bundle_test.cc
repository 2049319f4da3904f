// What holds of the starter bundle that ships.

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "embed/bundle.h"
#include "embed/decode_image.h"
#include "embed/encoder.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

std::string StarterDir() { return SourcePath("models/imago-clip-starter"); }

#define IMAGO_NEED_STARTER() \
  if (!fs::exists(StarterDir())) GTEST_SKIP() << "needs models/imago-clip-starter"

std::vector<Content> Contents(int photos) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(SharedData("captioned-photos/images"))) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<Content> contents = {TextContent{"a dog on a beach"}, TextContent{"two men eating"}};
  for (int i = 0; i < photos; ++i) {
    auto decoded = DecodeImageFile(files[i]);
    EXPECT_TRUE(decoded.ok()) << decoded.status();
    contents.push_back(ImageContent{decoded->image});
  }
  return contents;
}

absl::StatusOr<Embeddings> Encode(Precision precision, const std::vector<Content>& contents) {
  EncoderOptions options;
  options.precision = precision;
  auto encoder = OpenEncoder(StarterDir(), options);
  if (!encoder.ok()) return encoder.status();
  return (*encoder)->Encode(contents);
}

TEST(StarterBundle, IsSmall) {
  IMAGO_NEED_STARTER();
  uintmax_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(StarterDir())) bytes += entry.file_size();
  EXPECT_LE(bytes, 60'000'000u);
}

TEST(StarterBundle, SaysWhatItWasMadeOf) {
  IMAGO_NEED_STARTER();
  const auto bundle = OpenBundle(StarterDir());
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  for (const char* key : {"initialised_from", "trained_on", "licence", "settings", "results"}) {
    EXPECT_NE(bundle->config.card_json.find(key), std::string::npos) << key;
  }
  for (const char* file : {"NOTICE", "CARD.md"}) {
    EXPECT_TRUE(fs::exists(fs::path(StarterDir()) / file)) << file;
  }
}

// Trained at 15 on the part of a picture's row that is not detail: a fifth of its length squared.
TEST(StarterBundle, ScalesTheCosinesOfWholeRows) {
  IMAGO_NEED_STARTER();
  const auto encoder = OpenEncoder(StarterDir());
  ASSERT_TRUE(encoder.ok()) << encoder.status();
  EXPECT_NEAR((*encoder)->logit_scale(), 15 / std::sqrt(0.2), 0.1);
}

TEST(StarterBundle, StaysCloseInHalfPrecision) {
  IMAGO_NEED_STARTER();
  IMAGO_NEED_SHARED_DATA("captioned-photos");
  const std::vector<Content> contents = Contents(8);
  const auto full = Encode(Precision::kFloat32, contents);
  const auto half = Encode(Precision::kBfloat16, contents);
  ASSERT_TRUE(full.ok()) << full.status();
  ASSERT_TRUE(half.ok()) << half.status();
  for (size_t i = 0; i < contents.size(); ++i) {
    double cosine = 0;
    for (size_t c = 0; c < full->rows.cols(); ++c) {
      cosine += double{full->rows.row(i)[c]} * half->rows.row(i)[c];
    }
    EXPECT_GE(cosine, 0.999) << i;
  }
}

}  // namespace
}  // namespace imago
