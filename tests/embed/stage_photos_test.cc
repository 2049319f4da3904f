#include "embed/stage_photos.h"

#include <algorithm>
#include <array>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

std::string PhotoOf(const Colour& colour) {
  const std::string path = MakeTempDir() + "/photo.bmp";
  WriteTestFile(path, BmpFile(PlainImage(colour, 40, 30)));
  return path;
}

std::array<int, 3> Pixel(const Image& image, int x, int y) {
  const uint8_t* rgb = &image.rgb[3 * (y * image.width + x)];
  return {rgb[0], rgb[1], rgb[2]};
}

TEST(StagePhotos, StandBehindAScene) {
  const StagePhotos photos({PhotoOf({7, 8, 9})});
  const EventScene scene = DrawEventScene(ScenePart::kTrain, 1);
  const auto picture = photos.Render(scene, 64);
  ASSERT_TRUE(picture.ok()) << picture.status();
  EXPECT_EQ(picture->width, 64);
  EXPECT_EQ(Pixel(*picture, 0, 0), (std::array{7, 8, 9}));
  EXPECT_NE(*picture, PlainImage({7, 8, 9}, 64, 64)) << "somebody stands before it";
}

TEST(StagePhotos, AreTheSameBehindAnEventAndItsCounterpart) {
  const StagePhotos photos({"a", "b", "c", "d", "e"});
  std::vector<std::string> drawn;
  for (uint64_t i = 0; i < 40; ++i) {
    const EventPair pair = DrawEventPair(ScenePart::kTrain, i);
    drawn.push_back(photos.BehindScene(pair.scene));
    EXPECT_EQ(photos.BehindScene(Exchanged(pair).scene), drawn.back());
  }
  EXPECT_THAT(drawn, testing::IsSupersetOf({"a", "b", "c", "d", "e"}));
}

TEST(StagePhotos, FillTheQuartersOfACollage) {
  const StagePhotos photos({PhotoOf({250, 0, 0}), PhotoOf({0, 250, 0}), PhotoOf({0, 0, 250})});
  const auto collage = photos.Collage(3, 32);
  ASSERT_TRUE(collage.ok()) << collage.status();
  for (const int y : {0, 16}) {
    for (const int x : {0, 16}) {
      const auto corner = Pixel(*collage, x, y);
      EXPECT_EQ(*std::max_element(corner.begin(), corner.end()), 250);
      EXPECT_EQ(Pixel(*collage, x + 15, y + 15), corner) << "one photo to a quarter";
    }
  }
  EXPECT_EQ(*photos.Collage(3, 32), *collage);
  int others = 0;
  for (uint64_t i = 4; i < 12; ++i) others += *photos.Collage(i, 32) != *collage ? 1 : 0;
  EXPECT_GT(others, 4);
}

TEST(StagePhotos, NameAFileThatIsNotThere) {
  const StagePhotos photos({"/nowhere/photo.jpg"});
  EXPECT_THAT(std::string(photos.Collage(0, 8).status().message()),
              testing::HasSubstr("/nowhere/photo.jpg"));
  EXPECT_FALSE(photos.Render(DrawEventScene(ScenePart::kTrain, 1), 8).ok());
}

}  // namespace
}  // namespace imago
