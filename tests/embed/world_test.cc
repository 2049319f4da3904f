#include "embed/world.h"

#include <algorithm>
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

std::vector<std::string> SortedNouns(const std::string& text) {
  std::vector<std::string> words = Words(text);
  // An exchange may turn "a" into "an" and "circle" into "circles".
  std::erase_if(words, [](const std::string& word) { return word == "a" || word == "an"; });
  for (std::string& word : words) {
    if (word.ends_with("es") && !word.ends_with("les") && !word.ends_with("ares"))
      word.erase(word.size() - 2);
    if (word.ends_with("s") && word != "cross" && word != "is") word.pop_back();
  }
  std::sort(words.begin(), words.end());
  return words;
}

// Ten plain pictures, called "thing 0" to "thing 9".
World PlainWorld() {
  const std::string dir = MakeTempDir();
  std::vector<WorldPicture> pictures;
  for (uint8_t i = 0; i < 10; ++i) {
    pictures.push_back({"thing " + std::to_string(i), dir + "/" + std::to_string(i) + ".bmp"});
    WriteTestFile(pictures.back().path, PlainBmp({static_cast<uint8_t>(20 * i), 100, 50}, 20, 20));
  }
  return *World::OfPictures(pictures);
}

TEST(World, DrawsTheSameSceneForTheSameNumber) {
  const World world;
  const Scene one = world.Draw(ScenePart::kTrain, 3);
  const Scene same = world.Draw(ScenePart::kTrain, 3);
  EXPECT_EQ(one.caption, same.caption);
  EXPECT_EQ(*world.Render(one, 64), *world.Render(same, 64));
  std::set<std::string> captions;
  for (uint64_t i = 0; i < 100; ++i) captions.insert(world.Draw(ScenePart::kTrain, i).caption);
  EXPECT_GT(captions.size(), 90u);
}

TEST(World, TheWrongCaptionHasTheSameWordsInAnotherOrder) {
  const World world;
  for (uint64_t i = 0; i < 500; ++i) {
    const Scene scene = world.Draw(ScenePart::kTest, i);
    EXPECT_NE(scene.caption, scene.wrong);
    EXPECT_EQ(SortedNouns(scene.caption), SortedNouns(scene.wrong)) << scene.caption;
  }
}

TEST(World, CaptionsOfPlacesAreTrue) {
  const World world;
  int places = 0;
  for (uint64_t i = 0; i < 300; ++i) {
    const Scene scene = world.Draw(ScenePart::kTrain, i);
    if (scene.kind != SceneKind::kPlace) continue;
    ++places;
    const auto at = [&](const SceneObject& object) { return scene.caption.find(object.name); };
    const bool in_order = at(scene.objects[0]) < at(scene.objects[1]);
    const SceneObject& first = scene.objects[in_order ? 0 : 1];
    const SceneObject& second = scene.objects[in_order ? 1 : 0];
    if (scene.caption.find("left") != std::string::npos) {
      EXPECT_LT(first.x, second.x);
    } else if (scene.caption.find("right") != std::string::npos) {
      EXPECT_GT(first.x, second.x);
    } else if (scene.caption.find("above") != std::string::npos ||
               scene.caption.find("over") != std::string::npos) {
      EXPECT_LT(first.y, second.y);
    } else {
      EXPECT_GT(first.y, second.y);
    }
  }
  EXPECT_GT(places, 60);
}

TEST(World, TestsHaveOnlyCombinationsThatNoTrainingSceneHas) {
  const World world;
  std::set<std::string> seen;
  for (uint64_t i = 0; i < 3000; ++i) {
    const Scene scene = world.Draw(ScenePart::kTrain, i);
    for (const SceneObject& object : scene.objects) {
      seen.insert(std::to_string(object.colour) + object.name);
    }
    seen.insert(std::min(scene.objects[0].name, scene.objects[1].name) + "/" +
                std::max(scene.objects[0].name, scene.objects[1].name));
  }
  EXPECT_GT(seen.size(), 100u);
  for (uint64_t i = 0; i < 1000; ++i) {
    const Scene scene = world.Draw(ScenePart::kTest, i);
    if (scene.kind == SceneKind::kColour) {
      for (const SceneObject& object : scene.objects) {
        EXPECT_EQ(seen.count(std::to_string(object.colour) + object.name), 0u) << scene.caption;
      }
    }
    if (scene.kind == SceneKind::kPlace) {
      EXPECT_EQ(seen.count(std::min(scene.objects[0].name, scene.objects[1].name) + "/" +
                           std::max(scene.objects[0].name, scene.objects[1].name)),
                0u)
          << scene.caption;
    }
  }
}

TEST(World, EachCaptionOfATestIsAsOftenWrong) {
  const World world;
  std::map<std::string, int> balance;  // of captions of colours
  int scenes = 0;
  for (uint64_t i = 0; i < 20000; ++i) {
    const Scene scene = world.Draw(ScenePart::kTest, i);
    if (scene.kind != SceneKind::kColour || !scene.caption.starts_with("a picture")) continue;
    ++scenes;
    ++balance[scene.caption];
    --balance[scene.wrong];
  }
  int off = 0;
  for (const auto& [caption, difference] : balance) off += std::abs(difference);
  EXPECT_GT(scenes, 1000);
  EXPECT_LT(off, scenes);  // chance alone leaves about half; captions never wrong would leave twice
}

TEST(World, ExchangedIsTheSceneOfTheWrongCaption) {
  const World world;
  std::set<SceneKind> kinds;
  for (uint64_t i = 0; i < 300; ++i) {
    const Scene scene = world.Draw(ScenePart::kTrain, i);
    const Scene other = World::Exchanged(scene);
    EXPECT_EQ(other.caption, scene.wrong);
    EXPECT_EQ(other.wrong, scene.caption);
    EXPECT_NE(*world.Render(other, 32), *world.Render(scene, 32)) << scene.caption;
    kinds.insert(scene.kind);
  }
  EXPECT_EQ(kinds.size(), 4u);
}

TEST(World, EveryKindOfSceneOccursInBothParts) {
  for (const ScenePart part : {ScenePart::kTrain, ScenePart::kTest}) {
    std::map<SceneKind, int> kinds;
    const World world;
    for (uint64_t i = 0; i < 500; ++i) ++kinds[world.Draw(part, i).kind];
    EXPECT_EQ(kinds.size(), 4u);
  }
}

TEST(World, DrawsEachObjectInItsColourWhereItStands) {
  const World world;
  for (uint64_t i = 0; i < 50; ++i) {
    const Scene scene = world.Draw(ScenePart::kTrain, i);
    const Image image = *world.Render(scene, 128);
    ASSERT_EQ(image.rgb.size(), 3u * 128 * 128);
    const SceneObject& object = scene.objects[0];
    if (object.name == "ring" || object.count > 1) continue;
    const auto pixel = [&](double x, double y) {
      return &image.rgb[3 * (static_cast<size_t>(y * 128) * 128 + static_cast<size_t>(x * 128))];
    };
    const uint8_t* middle = pixel(object.x, object.y);
    const uint8_t* corner = &image.rgb[0];
    const int difference = std::abs(middle[0] - corner[0]) + std::abs(middle[1] - corner[1]) +
                           std::abs(middle[2] - corner[2]);
    EXPECT_GT(difference, 40) << scene.caption;
  }
}

TEST(World, OfPicturesPutsThemWhereTheCaptionSays) {
  const World world = PlainWorld();
  EXPECT_EQ(world.things(), 10u);
  for (uint64_t i = 0; i < 40; ++i) {
    const Scene scene = world.Draw(ScenePart::kTrain, i);
    const auto image = world.Render(scene, 96);
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_THAT(scene.caption, testing::HasSubstr("thing "));
  }
}

TEST(World, OfPicturesNamesWhatIsMissing) {
  EXPECT_EQ(World::OfPictures({{"cat", "cat.png"}}).status().code(),
            absl::StatusCode::kInvalidArgument);
  std::vector<WorldPicture> gone;
  for (int i = 0; i < 10; ++i) gone.push_back({"thing " + std::to_string(i), "gone.bmp"});
  const World world = *World::OfPictures(gone);
  const auto image = world.Render(world.Draw(ScenePart::kTrain, 1), 64);
  EXPECT_THAT(std::string(image.status().message()), testing::HasSubstr("gone.bmp"));
}

}  // namespace
}  // namespace imago
