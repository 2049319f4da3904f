#include "embed/decode_image.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/support/data.h"

namespace imago {
namespace {

using testing::HasSubstr;

absl::Span<const uint8_t> Bytes(const std::string& file) {
  return {reinterpret_cast<const uint8_t*>(file.data()), file.size()};
}

std::string Picture(const std::string& name) {
  return ReadTestFile(SourcePath("tests/golden/pictures/" + name));
}

// The cases of tests/golden/make_pictures.py by file name.
const nlohmann::json& Cases() {
  static const auto cases =
      nlohmann::json::parse(ReadTestFile(SourcePath("tests/golden/pictures.json")));
  return cases;
}

std::vector<std::string> Decodable() {
  std::vector<std::string> names;
  for (const auto& [name, c] : Cases().items()) {
    if (c.contains("rgb")) names.push_back(name);
  }
  return names;
}

Image Expected(const nlohmann::json& c) {
  Image image{c["size"][0], c["size"][1], {}};
  const std::string hex = c["rgb"];
  for (size_t i = 0; i < hex.size(); i += 2) {
    image.rgb.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return image;
}

int WorstDifference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height) return 1000;
  int worst = 0;
  for (size_t i = 0; i < a.rgb.size(); ++i) worst = std::max(worst, std::abs(a.rgb[i] - b.rgb[i]));
  return worst;
}

Image Decoded(const std::string& file) {
  const auto decoded = DecodeImage(Bytes(file));
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return decoded.ok() ? decoded->image : Image();
}

TEST(DecodeImage, SeesWhatPillowSeesInDifficultPictures) {
  ASSERT_GE(Decodable().size(), 60u);
  for (const std::string& name : Decodable()) {
    SCOPED_TRACE(name);
    const auto& c = Cases()[name];
    EXPECT_LE(WorstDifference(Decoded(Picture(name)), Expected(c)), c["tolerance"].get<int>());
  }
}

TEST(DecodeImage, TurnsAllEightOrientationsUpright) {
  const Image upright = Decoded(Picture("exif1.jpg"));
  for (int orientation = 2; orientation <= 8; ++orientation) {
    const Image turned = Decoded(Picture("exif" + std::to_string(orientation) + ".jpg"));
    EXPECT_LE(WorstDifference(turned, upright), 12) << orientation;
  }
}

TEST(DecodeImage, NamesTheReasonForBrokenPictures) {
  int broken = 0;
  for (const auto& [name, c] : Cases().items()) {
    if (!c.contains("code")) continue;
    SCOPED_TRACE(name);
    const auto decoded = DecodeImage(Bytes(Picture(name)));
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(absl::StatusCodeToString(decoded.status().code()), c["code"].get<std::string>());
    EXPECT_THAT(std::string(decoded.status().message()), HasSubstr(c["words"].get<std::string>()));
    ++broken;
  }
  EXPECT_GE(broken, 12);
}

TEST(DecodeImage, NeverShowsAPartOfATruncatedPicture) {
  for (const std::string& name : Decodable()) {
    SCOPED_TRACE(name);
    const std::string file = Picture(name);
    const Image whole = Decoded(file);
    for (size_t cut = 0; cut < 40; ++cut) {
      const size_t size = file.size() * cut / 40;
      const auto decoded = DecodeImage(Bytes(file).subspan(0, size));
      if (!decoded.ok()) continue;
      EXPECT_EQ(decoded->image, whole) << size << " of " << file.size();
    }
  }
}

TEST(DecodeImage, RefusesAJpegThatLacksItsLastBytes) {
  const std::string file = Picture("large.jpg");
  for (size_t lost = 1; lost < 200; ++lost) {
    const auto decoded = DecodeImage(Bytes(file).subspan(0, file.size() - lost));
    EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss) << lost;
  }
}

TEST(DecodeImage, NoticesEveryFlippedByteOfAPng) {
  const std::string file = Picture("interlaced_alpha.png");
  for (size_t at = 0; at < file.size(); ++at) {
    std::string flipped = file;
    flipped[at] ^= 0x10;
    EXPECT_FALSE(DecodeImage(Bytes(flipped)).ok()) << at;
  }
}

TEST(DecodeImage, SurvivesFlippedBytesInEveryFormat) {
  for (const std::string& name : Decodable()) {
    const std::string file = Picture(name);
    for (size_t at = 0; at < file.size(); at += 7) {
      std::string flipped = file;
      flipped[at] ^= 0xFF;
      const auto decoded = DecodeImage(Bytes(flipped), {.max_pixels = 1 << 20});
      if (!decoded.ok()) continue;
      const Image& image = decoded->image;
      EXPECT_EQ(image.rgb.size(), size_t{3} * image.width * image.height) << name << " " << at;
    }
  }
}

TEST(DecodeImage, SniffsFormatsByContent) {
  const std::pair<const char*, ImageFormat> kinds[] = {
      {"rgb420.jpg", ImageFormat::kJpeg}, {"rgb.png", ImageFormat::kPng},
      {"lossy.webp", ImageFormat::kWebp}, {"plain.gif", ImageFormat::kGif},
      {"rgb24.bmp", ImageFormat::kBmp},   {"raw.tif", ImageFormat::kTiff},
      {"text.jpg", ImageFormat::kUnknown}};
  for (const auto& [name, format] : kinds) {
    EXPECT_EQ(SniffImage(Bytes(Picture(name))), format) << name;
  }
}

TEST(DecodeImage, RefusesMoreBytesThanAllowed) {
  const auto decoded = DecodeImage(Bytes(Picture("rgb.png")), {.max_bytes = 50});
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(decoded.status().message()), HasSubstr("limit of 50 bytes"));
}

TEST(DecodeImage, AcceptsExactlyTheAllowedPixels) {
  const std::string file = Picture("rgb.png");  // 16 x 12
  EXPECT_TRUE(DecodeImage(Bytes(file), {.max_pixels = 192}).ok());
  EXPECT_FALSE(DecodeImage(Bytes(file), {.max_pixels = 191}).ok());
}

TEST(DecodeImage, ScalesAJpegDownNoFurtherThanAsked) {
  const std::string file = Picture("large.jpg");  // 128 x 96
  const std::pair<int, int> heights[] = {{0, 96}, {97, 96}, {49, 96}, {48, 48}, {24, 24}, {1, 12}};
  for (const auto& [min_short_side, height] : heights) {
    const auto decoded = DecodeImage(Bytes(file), {.min_short_side = min_short_side});
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(decoded->image.height, height) << min_short_side;
    EXPECT_EQ(decoded->full_width, 128);
    EXPECT_EQ(decoded->full_height, 96);
  }
}

TEST(DecodeImage, TellsTheFullSizeOfTheUprightPicture) {
  const auto decoded = DecodeImage(Bytes(Picture("exif6.jpg")));  // stored as 12 x 16
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->full_width, 16);
  EXPECT_EQ(decoded->full_height, 12);
}

TEST(DecodeImageFile, NamesThePathInEveryError) {
  const std::string folder = SourcePath("tests/golden/pictures/");
  for (const char* name : {"huge.png", "empty.jpg", "text.jpg", "is-not-there.jpg", ""}) {
    const auto decoded = DecodeImageFile(folder + name);
    ASSERT_FALSE(decoded.ok());
    EXPECT_THAT(std::string(decoded.status().message()), HasSubstr(folder + name));
  }
}

TEST(ReadFile, TellsWhatIsWrongWithAPath) {
  const std::string folder = MakeTempDir();
  EXPECT_EQ(ReadFile(folder + "/none", 10).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadFile(folder, 10).status().code(), absl::StatusCode::kInvalidArgument);
  WriteTestFile(folder + "/long", "12345678901");
  EXPECT_EQ(ReadFile(folder + "/long", 10).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadFile(folder + "/long", 11).value(), "12345678901");
}

TEST(ReadFile, DoesNotWaitForAPipe) {
  const std::string pipe = MakeTempDir() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(ReadFile(pipe, 10).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(EncodeThumbnail, ShrinksTheLongerSideAndKeepsTheShape) {
  const auto thumbnail = EncodeThumbnail(Decoded(Picture("large.jpg")), 32);
  ASSERT_TRUE(thumbnail.ok()) << thumbnail.status();
  const Image image = Decoded(*thumbnail);
  EXPECT_EQ(image.width, 32);
  EXPECT_EQ(image.height, 24);
}

TEST(EncodeThumbnail, NeverEnlarges) {
  const auto thumbnail = EncodeThumbnail(Decoded(Picture("rgb.png")), 256);
  ASSERT_TRUE(thumbnail.ok()) << thumbnail.status();
  EXPECT_EQ(Decoded(*thumbnail).width, 16);
}

TEST(EncodeThumbnail, KeepsAtLeastOnePixelOfAThinPicture) {
  const Image line{300, 2, std::vector<uint8_t>(1800, 90)};
  const auto thumbnail = EncodeThumbnail(line, 30);
  ASSERT_TRUE(thumbnail.ok()) << thumbnail.status();
  EXPECT_EQ(Decoded(*thumbnail).height, 1);
}

TEST(EncodeThumbnail, AveragesOverTheArea) {
  Image stripes{64, 64, {}};
  for (int i = 0; i < 64 * 64; ++i) stripes.rgb.insert(stripes.rgb.end(), 3, i % 2 ? 200 : 100);
  const auto thumbnail = EncodeThumbnail(stripes, 16, 95);
  ASSERT_TRUE(thumbnail.ok()) << thumbnail.status();
  for (const uint8_t value : Decoded(*thumbnail).rgb) EXPECT_NEAR(value, 150, 2);
}

TEST(EncodeJpeg, RefusesAPictureWithoutPixels) {
  EXPECT_EQ(EncodeJpeg({}).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace imago
