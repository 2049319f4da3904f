#include "embed/augment.h"

#include <algorithm>
#include <set>

#include "gtest/gtest.h"

namespace imago {
namespace {

// Every pixel tells where it was.
Image Gradient(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.rgb.push_back(static_cast<uint8_t>(255 * x / width));
      image.rgb.push_back(static_cast<uint8_t>(255 * y / height));
      image.rgb.push_back(128);
    }
  }
  return image;
}

TEST(AugmentedView, IsTheSameForTheSameSeed) {
  const Image image = Gradient(60, 40);
  EXPECT_EQ(AugmentedView(image, 32, 7), AugmentedView(image, 32, 7));
  EXPECT_NE(AugmentedView(image, 32, 7), AugmentedView(image, 32, 8));
}

TEST(AugmentedView, HasTheSizeAskedForWhateverThePicture) {
  for (const auto& [width, height] : {std::pair{60, 40}, {1, 1}, {1, 50}, {300, 2}}) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      const Image view = AugmentedView(Gradient(width, height), 16, seed);
      EXPECT_EQ(view.width, 16);
      EXPECT_EQ(view.height, 16);
      EXPECT_EQ(view.rgb.size(), size_t{16 * 16 * 3});
    }
  }
}

TEST(AugmentedView, KeepsAtLeastTheLeastArea) {
  AugmentOptions options;
  options.jitter = 0;
  options.grey = 0;
  bool mirrored = false;
  bool straight = false;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Image view = AugmentedView(Gradient(100, 100), 64, seed, options);
    const double wide = view.rgb[(64 * 32 + 63) * 3] - view.rgb[64 * 32 * 3];
    const double high = view.rgb[(64 * 63 + 32) * 3 + 1] - view.rgb[32 * 3 + 1];
    // Each span of 255 levels is the whole side; the ends lose half a pixel and some rounding.
    EXPECT_GT(std::abs(wide) * high / (255 * 255), 0.3) << seed;
    (wide < 0 ? mirrored : straight) = true;
  }
  EXPECT_TRUE(mirrored);
  EXPECT_TRUE(straight);
}

TEST(AugmentedView, MakesSomePicturesGrey) {
  AugmentOptions options;
  options.grey = 1;
  const Image view = AugmentedView(Gradient(20, 20), 8, 3, options);
  for (size_t i = 0; i < view.rgb.size(); i += 3) {
    EXPECT_EQ(view.rgb[i], view.rgb[i + 1]);
    EXPECT_EQ(view.rgb[i], view.rgb[i + 2]);
  }
}

TEST(ShiftColours, LeavesThePictureAtOnes) {
  const Image image = Gradient(9, 7);
  Image shifted = image;
  ShiftColours(shifted, {1, 1, 1});
  EXPECT_EQ(shifted, image);
}

TEST(ShiftColours, ScalesAndClipsEachPart) {
  Image bright{1, 1, {100, 200, 10}};
  ShiftColours(bright, {1.3, 1, 1});
  EXPECT_EQ(bright.rgb, (std::vector<uint8_t>{130, 255, 13}));
  Image flat{2, 1, {0, 0, 0, 200, 200, 200}};
  ShiftColours(flat, {1, 0.5, 1});
  EXPECT_EQ(flat.rgb, (std::vector<uint8_t>{50, 50, 50, 150, 150, 150}));
  Image vivid{1, 1, {200, 100, 100}};
  ShiftColours(vivid, {1, 1, 0.5});  // grey is 129.9
  EXPECT_EQ(vivid.rgb, (std::vector<uint8_t>{165, 115, 115}));
}

}  // namespace
}  // namespace imago
