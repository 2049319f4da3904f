#include "embed/picture_sketch.h"

#include <algorithm>

#include "embed/decode_image.h"
#include "embed/preprocess.h"
#include "embed/random.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

// Soft blobs of colour, as in a photo that is out of focus.
Image Blobs(uint64_t seed, int side = 96) {
  Random random(seed);
  Image coarse{6, 6, {}};
  for (int i = 0; i < 6 * 6 * 3; ++i) {
    coarse.rgb.push_back(static_cast<uint8_t>(random.Below(256)));
  }
  return ResizeBicubic(coarse, side, side);
}

Image SavedAsJpeg(const Image& image, int quality) {
  const std::string bytes = EncodeJpeg(image, quality).value();
  return DecodeImage({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()})->image;
}

Image Mirrored(const Image& image) {
  Image mirrored = image;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int from = (y * image.width + image.width - 1 - x) * 3;
      std::copy_n(image.rgb.begin() + from, 3, mirrored.rgb.begin() + (y * image.width + x) * 3);
    }
  }
  return mirrored;
}

bool Near(const Image& a, const Image& b) {
  return !FindNearPairs({SketchOf(a)}, {SketchOf(b)}, SketchLimits()).empty();
}

TEST(PictureSketch, KnowsAPictureInAnotherSizeAndCompression) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Image image = Blobs(seed);
    EXPECT_TRUE(Near(image, SavedAsJpeg(ResizeBicubic(image, 70, 70), 60))) << seed;
  }
}

TEST(PictureSketch, TellsOtherPicturesApart) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_FALSE(Near(Blobs(seed), Blobs(seed + 100))) << seed;
    EXPECT_FALSE(Near(Blobs(seed), Mirrored(Blobs(seed)))) << seed;
  }
}

TEST(PictureSketch, TellsTheSameShapeInOtherColoursApart) {
  Image image = Blobs(1);
  Image other = image;
  for (size_t i = 0; i < other.rgb.size(); i += 3) std::swap(other.rgb[i], other.rgb[i + 2]);
  EXPECT_FALSE(Near(image, other));
}

TEST(PictureSketch, CountsTheBitsOfARampByHand) {
  Image ramp{9, 9, {}};
  for (int i = 0; i < 81; ++i) {
    ramp.rgb.insert(ramp.rgb.end(), 3, static_cast<uint8_t>(200 - i % 9 * 20));
  }
  const PictureSketch darkens = SketchOf(ramp);
  EXPECT_EQ(darkens.bits[0], ~uint64_t{0});
  EXPECT_EQ(darkens.bits[1], 0u);
  const SketchDistance distance = Distance(darkens, SketchOf(Mirrored(ramp)));
  EXPECT_EQ(distance.bits, 64);
  EXPECT_EQ(Distance(darkens, darkens).thumbnails, 0);
}

TEST(FindNearPairs, NamesTheNearestOfSeveral) {
  const Image image = Blobs(3);
  Image touched = image;
  for (size_t i = 0; i < touched.rgb.size(); ++i) touched.rgb[i] = touched.rgb[i] / 16 * 16;
  const auto pairs = FindNearPairs({SketchOf(Blobs(9)), SketchOf(image)},
                                   {SketchOf(Blobs(5)), SketchOf(touched), SketchOf(image)},
                                   {.bits = 128, .thumbnails = 10});
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].picture, 1u);
  EXPECT_EQ(pairs[0].other, 2u);
  EXPECT_EQ(pairs[0].distance.thumbnails, 0);
}

TEST(FindNearPairs, KeepsToBothLimits) {
  const std::vector<PictureSketch> one = {SketchOf(Blobs(1))};
  std::vector<PictureSketch> other = one;
  other[0].bits[0] ^= 0b111;
  EXPECT_EQ(FindNearPairs(one, other, {.bits = 3, .thumbnails = 0}).size(), 1u);
  EXPECT_TRUE(FindNearPairs(one, other, {.bits = 2, .thumbnails = 255}).empty());
  for (uint8_t& value : other[0].thumbnail) value = value < 128 ? value + 4 : value - 4;
  EXPECT_EQ(FindNearPairs(one, other, {.bits = 3, .thumbnails = 4}).size(), 1u);
  EXPECT_TRUE(FindNearPairs(one, other, {.bits = 3, .thumbnails = 3.9}).empty());
}

}  // namespace
}  // namespace imago
