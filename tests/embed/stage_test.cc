// Event scenes: what their captions and boxes say is so.

#include "embed/stage.h"

#include <algorithm>
#include <map>
#include <set>

#include "embed/event_ontology.h"
#include "embed/figure.h"
#include "embed/stage_acts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr uint64_t kScenes = 2000;

std::vector<EventScene> Scenes(ScenePart part) {
  std::vector<EventScene> scenes;
  for (uint64_t i = 0; i < kScenes; ++i) scenes.push_back(DrawEventScene(part, i));
  return scenes;
}

// The first two fillers, in the order of the alphabet.
std::set<std::string> PairOf(const EventScene& scene) {
  std::set<std::string> pair = {scene.roles[0].filler};
  if (scene.roles.size() > 1) pair.insert(scene.roles[1].filler);
  return pair;
}

TEST(EventScene, IsTheSameForTheSameNumber) {
  const EventScene one = DrawEventScene(ScenePart::kTest, 7);
  const EventScene same = DrawEventScene(ScenePart::kTest, 7);
  EXPECT_EQ(one.caption, same.caption);
  EXPECT_EQ(RenderEventScene(one, 64).image, RenderEventScene(same, 64).image);
  EXPECT_NE(one.caption + one.type, DrawEventScene(ScenePart::kTest, 8).caption);
}

TEST(EventScene, HasEveryTypeInBothParts) {
  for (const ScenePart part : {ScenePart::kTrain, ScenePart::kTest}) {
    std::set<std::string> types;
    for (const EventScene& scene : Scenes(part)) types.insert(scene.type);
    for (const std::string& type : StagedTypes()) EXPECT_THAT(types, Contains(type));
  }
  for (const char* type : {"Wearing", "Treatment", "Researching", "Sanitizing", "Testing",
                           "Vaccination", "Transport"}) {
    EXPECT_THAT(StagedTypes(), Contains(type));
  }
}

TEST(EventScene, HoldsOutPairsOfFillers) {
  std::set<std::set<std::string>> trained;
  for (const EventScene& scene : Scenes(ScenePart::kTrain)) trained.insert(PairOf(scene));
  for (const EventScene& scene : Scenes(ScenePart::kTest)) {
    EXPECT_EQ(trained.count(PairOf(scene)), 0u) << scene.caption;
  }
}

TEST(EventScene, TellsNothingByItsCaptionsAlone) {
  // Over all scenes of a part each caption is as often a true one as a wrong one, nearly.
  std::map<std::string, int> balance;
  int pairs = 0;
  for (uint64_t i = 0; i < 40'000; ++i) {
    const EventScene scene = DrawEventScene(ScenePart::kTest, i);
    if (scene.other_roles.empty()) continue;
    ++balance[scene.caption];
    --balance[scene.other_roles];
    ++pairs;
  }
  int net = 0;
  for (const auto& [caption, difference] : balance) net += std::abs(difference);
  EXPECT_LT(net, pairs / 4);
}

TEST(EventScene, NamesItsFillersInEveryCaption) {
  for (const EventScene& scene : Scenes(ScenePart::kTrain)) {
    for (const std::string& caption : {scene.caption, scene.other_event, scene.other_roles}) {
      if (caption.empty()) continue;
      EXPECT_THAT(caption, HasSubstr(scene.roles[0].filler));
      if (scene.roles.size() > 1 && scene.roles[1].role != "Tool") {
        EXPECT_THAT(caption, HasSubstr(scene.roles[1].filler));
      }
      EXPECT_EQ(caption.find('{'), std::string::npos) << caption;
    }
    EXPECT_NE(scene.caption, scene.other_event);
    EXPECT_NE(scene.caption, scene.other_roles);
  }
}

TEST(EventScene, HasTypesAndRolesOfTheOntology) {
  const EventOntology ontology = EventOntology::House().value();
  for (const Act& act : Acts()) {
    const EventType* type = ontology.Find(std::string(act.type));
    ASSERT_NE(type, nullptr) << act.type;
    for (const std::string_view role : act.roles) {
      const bool known =
          std::any_of(type->roles.begin(), type->roles.end(),
                      [role](const EventRole& known_role) { return known_role.name == role; });
      EXPECT_TRUE(known || role.empty()) << act.type << " " << role;
    }
  }
}

TEST(EventScene, NeverExchangesWhatIsAsTrueExchanged) {
  for (const EventScene& scene : Scenes(ScenePart::kTrain)) {
    const bool exchangeable = scene.type == "Meet" || scene.type == "Wearing";
    EXPECT_TRUE(!exchangeable || scene.other_roles.empty()) << scene.other_roles;
    EXPECT_TRUE(scene.type != "Arrest" || !scene.other_roles.empty()) << scene.caption;
  }
}

TEST(EventPair, IsWrongInTheEventOrInTheRoles) {
  for (uint64_t i = 0; i < 200; ++i) {
    const EventPair pair = DrawEventPair(ScenePart::kTest, i);
    EXPECT_EQ(pair.wrong, i % 2 == 0 ? pair.scene.other_event : pair.scene.other_roles);
    EXPECT_NE(pair.wrong, "");
  }
}

TEST(EventPair, ExchangedIsTheSceneOfTheWrongCaption) {
  for (uint64_t i = 0; i < 200; ++i) {
    const EventPair pair = DrawEventPair(ScenePart::kTrain, i);
    const EventPair other = Exchanged(pair);
    EXPECT_EQ(other.scene.caption, pair.wrong);
    EXPECT_EQ(other.wrong, pair.scene.caption);
    EXPECT_NE(RenderEventScene(other.scene, 48).image, RenderEventScene(pair.scene, 48).image);
    const bool of_roles = i % 2 == 1;
    EXPECT_EQ(other.scene.type == pair.scene.type, of_roles);
    EXPECT_EQ(other.scene.roles[0].filler, pair.scene.roles[of_roles ? 1 : 0].filler);
    EXPECT_EQ(Exchanged(other).scene.roles[1].role, pair.scene.roles[1].role);
  }
}

TEST(EventScene, HasABoxWithinThePictureForEachRole) {
  for (uint64_t i = 0; i < 200; ++i) {
    const EventScene scene = DrawEventScene(ScenePart::kTrain, i);
    const EventPicture picture = RenderEventScene(scene, 96);
    ASSERT_EQ(picture.boxes.size(), scene.roles.size());
    for (const Box& box : picture.boxes) {
      EXPECT_FALSE(box.empty()) << scene.caption;
      EXPECT_GE(std::min(box.left, box.top), 0);
      EXPECT_LE(std::max(box.right, box.bottom), 1);
    }
  }
}

TEST(EventScene, StandsBeforeAPictureAsItStandsBeforeHouses) {
  const Image black = PlainCanvas(96, {0, 0, 0});
  for (uint64_t i = 0; i < 20; ++i) {
    const EventScene scene = DrawEventScene(ScenePart::kTrain, i);
    const EventPicture plain = RenderEventScene(scene, 96);
    const EventPicture before = RenderEventScene(scene, 96, &black);
    EXPECT_EQ(before.boxes, plain.boxes) << scene.caption;
    size_t same = 0;
    for (size_t k = 0; k < plain.image.rgb.size(); k += 3) {
      same += std::equal(&plain.image.rgb[k], &plain.image.rgb[k + 3], &before.image.rgb[k]);
    }
    EXPECT_GT(same, 96u * 96 / 50) << "who and what are drawn as they were";
    EXPECT_EQ(before.image.rgb[0] + before.image.rgb[1] + before.image.rgb[2], 0) << "a corner";
  }
}

// The pixels of a box of whom is drawn in one colour have that colour, mirrored or not.
TEST(EventScene, ShowsTheFillerWhereItsBoxIs) {
  constexpr int kSize = 128;
  int checked = 0;
  for (uint64_t i = 0; i < 2000 && checked < 40; ++i) {
    const EventScene scene = DrawEventScene(ScenePart::kTrain, i);
    const EventPicture picture = RenderEventScene(scene, kSize);
    for (size_t role = 0; role < scene.roles.size(); ++role) {
      if (scene.roles[role].filler != "woman") continue;
      const Box& box = picture.boxes[role];
      int of_dress = 0;
      for (int y = 0; y < kSize; ++y) {
        for (int x = 0; x < kSize; ++x) {
          const uint8_t* pixel = &picture.image.rgb[(size_t{3} * y * kSize) + 3 * x];
          if (pixel[0] != 200 || pixel[1] != 50 || pixel[2] != 90) continue;
          ++of_dress;
          EXPECT_TRUE(x >= box.left * kSize - 1 && x <= box.right * kSize + 1) << scene.caption;
          EXPECT_TRUE(y >= box.top * kSize - 1 && y <= box.bottom * kSize + 1) << scene.caption;
        }
      }
      EXPECT_GT(of_dress, 20) << scene.caption;
      ++checked;
    }
  }
  EXPECT_EQ(checked, 40);
}

TEST(Sketch, TellsWhatIsMirroredScaledAndMoved) {
  Sketch sketch(100, {255, 255, 255}, {true, 0.5, 0.1, 0});
  sketch.Rectangle({0, 0.8}, {0.2, 1}, {0, 0, 0});
  const Box box = sketch.TakeBox();
  EXPECT_NEAR(box.left, 0.5 + 0.3 * 0.5 + 0.1, 1e-9);
  EXPECT_NEAR(box.right, 0.5 + 0.5 * 0.5 + 0.1, 1e-9);
  EXPECT_NEAR(box.top, 0.9, 1e-9);
  EXPECT_TRUE(sketch.TakeBox().empty());
  EXPECT_EQ(sketch.image().rgb[3 * (95 * 100 + 80)], 0);
  EXPECT_EQ(sketch.image().rgb[3 * (95 * 100 + 70)], 255);
}

TEST(DrawPerson, KeepsHandsWithinReach) {
  Sketch sketch(200, {255, 255, 255}, {});
  Posture posture = Standing(0.3, 0.9, 0.56, 1);
  posture.hands[0] = {5, 0.4};  // as far as an arm is long
  DrawPerson(sketch, Costumes()[0], posture, {200, 150, 120});
  EXPECT_LT(sketch.TakeBox().right, 0.3 + 0.56 * 0.5);
}

}  // namespace
}  // namespace imago
