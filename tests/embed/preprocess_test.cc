#include "embed/preprocess.h"

#include <cmath>
#include <cstring>
#include <filesystem>

#include "embed/decode_image.h"
#include "gmock/gmock.h"
#include "kernels/kernels.h"
#include "nlohmann/json.hpp"
#include "tests/support/data.h"

namespace imago {
namespace {

// The generator of tests/golden/make_resize.py.
Image Noise(int width, int height, uint32_t seed) {
  Image image{width, height, {}};
  image.rgb.resize(static_cast<size_t>(width) * height * 3);
  for (uint8_t& value : image.rgb) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<uint8_t>(seed >> 24);
  }
  return image;
}

std::string Hex(const std::vector<uint8_t>& bytes) {
  std::string hex;
  for (const uint8_t byte : bytes) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

// What ResizeAndCrop should be: all of the picture resized, then a part of it taken.
Image CropOf(const Image& image, int left, int top, int size) {
  Image out{size, size, {}};
  for (int y = 0; y < size; ++y) {
    const auto row = image.rgb.begin() + ((top + y) * image.width + left) * 3;
    out.rgb.insert(out.rgb.end(), row, row + size * 3);
  }
  return out;
}

TEST(ResizeBicubic, EqualsPillowByteForByte) {
  const auto cases = nlohmann::json::parse(ReadTestFile(SourcePath("tests/golden/resize.json")));
  ASSERT_GE(cases.size(), 10u);
  for (const auto& c : cases) {
    const Image image = Noise(c["from"][0], c["from"][1], c["seed"].get<uint32_t>());
    const Image resized = ResizeBicubic(image, c["to"][0], c["to"][1]);
    EXPECT_EQ(Hex(resized.rgb), c["rgb"].get<std::string>()) << "seed " << c["seed"];
  }
}

TEST(ResizeBicubic, KeepsAPictureThatHasTheSizeAlready) {
  const Image image = Noise(12, 7, 5);
  EXPECT_EQ(ResizeBicubic(image, 12, 7), image);
}

TEST(ResizeBicubic, GivesTheSameBytesOnEveryInstructionSet) {
  const std::string best = ActiveKernels().name;
  for (int side = 1; side < 60; side += 7) {
    const Image image = Noise(61, 43, side);
    const Image fast = ResizeBicubic(image, side, side + 3);
    ASSERT_TRUE(SetKernels("scalar"));
    EXPECT_EQ(ResizeBicubic(image, side, side + 3), fast) << side;
    ASSERT_TRUE(SetKernels(best));
  }
}

TEST(ResizeAndCrop, TakesTheMiddleOfTheResizedPicture) {
  const Image image = Noise(50, 20, 9);
  const PreprocessOptions options{.size = 10};
  EXPECT_EQ(ResizeAndCrop(image, options), CropOf(ResizeBicubic(image, 25, 10), 8, 0, 10));
}

TEST(ResizeAndCrop, RoundsHalfOffsetsToEven) {
  const PreprocessOptions options{.size = 10};
  // 15 - 10 = 5: an offset of 2.5 becomes 2; 17 - 10 = 7: 3.5 becomes 4.
  EXPECT_EQ(ResizeAndCrop(Noise(30, 20, 1), options),
            CropOf(ResizeBicubic(Noise(30, 20, 1), 15, 10), 2, 0, 10));
  EXPECT_EQ(ResizeAndCrop(Noise(20, 34, 1), options),
            CropOf(ResizeBicubic(Noise(20, 34, 1), 10, 17), 0, 4, 10));
}

TEST(ResizeAndCrop, CropsAPictureWhoseShortSideFitsWithoutFiltering) {
  const Image image = Noise(16, 10, 2);
  EXPECT_EQ(ResizeAndCrop(image, {.size = 10}), CropOf(image, 3, 0, 10));
}

TEST(ResizeAndCrop, SquashesBothSides) {
  const Image image = Noise(50, 20, 9);
  EXPECT_EQ(ResizeAndCrop(image, {.size = 10, .mode = ResizeMode::kSquash}),
            ResizeBicubic(image, 10, 10));
}

TEST(ResizeAndCrop, EnlargesASinglePixel) {
  const Image out = ResizeAndCrop({1, 1, {7, 8, 9}}, {.size = 4});
  ASSERT_EQ(out.rgb.size(), 48u);
  for (size_t i = 0; i < out.rgb.size(); ++i) EXPECT_EQ(out.rgb[i], 7 + i % 3);
}

TEST(Preprocess, PutsChannelsFirstAndNormalises) {
  const PreprocessOptions options{
      .size = 1, .mean = {0.5f, 0.25f, 0.0f}, .std = {0.5f, 0.5f, 2.0f}};
  float out[3];
  Preprocess({1, 1, {255, 0, 255}}, options, out);
  EXPECT_THAT(out, testing::ElementsAre(1.0f, -0.5f, 0.5f));
}

TEST(Preprocess, EqualsClipsOwnPreprocessingBitForBit) {
  IMAGO_NEED_SHARED_DATA("clip-preprocess-ref");
  const std::string folder = SharedData("clip-preprocess-ref");
  int photos = 0;
  float worst = 0.0f;
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/images")) {
    const auto decoded = DecodeImageFile(entry.path().string());
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    std::vector<float> out(3 * 224 * 224);
    Preprocess(decoded->image, {}, out.data());
    const std::string expected_bytes =
        ReadTestFile(folder + "/" + entry.path().stem().string() + ".tensor.3x224x224.f32le");
    std::vector<float> expected(out.size());
    ASSERT_EQ(expected_bytes.size(), expected.size() * sizeof(float));
    std::memcpy(expected.data(), expected_bytes.data(), expected_bytes.size());
    for (size_t i = 0; i < out.size(); ++i)
      worst = std::fmax(worst, std::fabs(out[i] - expected[i]));
    ++photos;
  }
  EXPECT_EQ(photos, 7);
  EXPECT_EQ(worst, 0.0f);
}

}  // namespace
}  // namespace imago
