#include "embed/stage.h"

#include <algorithm>
#include <array>
#include <set>

#include "embed/random.h"
#include "embed/stage_acts.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr std::array<std::string_view, 5> kThings = {"box", "barrel", "bench", "car", "machine"};
constexpr std::array<std::string_view, 4> kWorn = {"mask", "scarf", "backpack", "pair of glasses"};
constexpr std::array<std::string_view, 3> kTools = {"dropper", "flask", "microscope"};

struct Setting {
  Rgb sky;
  Rgb ground;
};
constexpr std::array<Setting, 6> kSettings = {{{{205, 228, 245}, {150, 180, 120}},
                                               {{235, 235, 230}, {190, 185, 180}},
                                               {{215, 220, 235}, {120, 120, 125}},
                                               {{250, 238, 215}, {205, 170, 120}},
                                               {{225, 240, 232}, {170, 195, 200}},
                                               {{190, 200, 215}, {140, 130, 115}}}};

int64_t Choices(Second second) {
  switch (second) {
    case Second::kPerson:
      return static_cast<int64_t>(Costumes().size());
    case Second::kThing:
      return kThings.size();
    case Second::kWorn:
      return kWorn.size();
    case Second::kTool:
      return kTools.size();
    case Second::kNobody:
      break;
  }
  return 1;
}

std::string Choice(Second second, int64_t which) {
  switch (second) {
    case Second::kPerson:
      return std::string(Costumes()[which].name);
    case Second::kThing:
      return std::string(kThings[which]);
    case Second::kWorn:
      return std::string(kWorn[which]);
    case Second::kTool:
      return std::string(kTools[which]);
    case Second::kNobody:
      break;
  }
  return "";
}

std::string WithArticle(const std::string& noun) { return noun.empty() ? noun : "a " + noun; }

std::string Say(std::string_view caption, const std::string& first, const std::string& second) {
  std::string said(caption);
  for (const auto& [mark, filler] : {std::pair{std::string_view("{0}"), first}, {"{1}", second}}) {
    const size_t at = said.find(mark);
    if (at != std::string::npos) said.replace(at, mark.size(), filler);
  }
  return said;
}

// Another act that the same fillers may be in; the same one where there is none.
int OtherAct(int act, Random& random) {
  std::vector<int> others;
  for (size_t i = 0; i < Acts().size(); ++i) {
    const Act& other = Acts()[i];
    if (other.second == Acts()[act].second && other.type != Acts()[act].type) {
      others.push_back(static_cast<int>(i));
    }
  }
  if (others.empty()) return act;
  return others[random.Below(static_cast<int64_t>(others.size()))];
}

// Roles and captions of what `scene` has drawn, by the fillers of the first two roles.
void Cast(const std::string& first, const std::string& second, EventScene& scene) {
  const Act& act = Acts()[scene.act];
  scene.type = act.type;
  scene.roles = {{std::string(act.roles[0]), first}};
  if (!second.empty()) scene.roles.push_back({std::string(act.roles[1]), second});
  if (!act.third.empty()) {
    scene.roles.push_back({std::string(act.roles[2]), std::string(act.third)});
  }
  const std::string subject = act.second == Second::kNobody ? first : WithArticle(first);
  const std::string object = WithArticle(second);
  scene.caption = Say(act.captions[scene.wording], subject, object);
  scene.other_event.clear();
  scene.other_roles.clear();
  if (scene.other_act != scene.act) {
    scene.other_event = Say(Acts()[scene.other_act].captions[scene.wording], subject, object);
  }
  if (act.second == Second::kPerson && !act.symmetric) {
    scene.other_roles = Say(act.captions[scene.wording], object, subject);
  }
}

// Trees, and houses with windows, behind everything.
void DrawBackdrop(Sketch& sketch, const Setting& setting, Random& random) {
  const double horizon = random.Uniform(0.7, 0.8);
  for (int64_t i = random.Below(4); i > 0; --i) {
    const double x = random.Uniform(0.05, 0.95);
    if (random.Uniform() < 0.5) {
      sketch.Line({x, horizon}, {x, horizon - 0.12}, 0.03, {130, 100, 70});
      sketch.Disc({x, horizon - 0.2}, random.Uniform(0.07, 0.11), {125, 170, 115});
    } else {
      const double top = horizon - random.Uniform(0.2, 0.4);
      sketch.Rectangle({x - 0.1, top}, {x + 0.1, horizon}, {205, 195, 185});
      for (const double dx : {-0.05, 0.05}) {
        sketch.Rectangle({x + dx - 0.02, top + 0.05}, {x + dx + 0.02, top + 0.1}, {150, 175, 195});
      }
    }
  }
  sketch.Rectangle({-1, horizon}, {2, 2}, setting.ground);
}

}  // namespace

std::vector<std::string> StagedTypes() {
  std::set<std::string> types;
  for (const Act& act : Acts()) types.emplace(act.type);
  return {types.begin(), types.end()};
}

std::vector<std::string> StagedFillers() {
  std::set<std::string> fillers;
  for (const Costume& costume : Costumes()) fillers.emplace(costume.name);
  for (const Act& act : Acts()) {
    for (int64_t i = 0; i < Choices(act.second); ++i) fillers.insert(Choice(act.second, i));
    fillers.emplace(act.third);
  }
  fillers.erase("");
  return {fillers.begin(), fillers.end()};
}

EventScene DrawEventScene(ScenePart part, uint64_t number) {
  Random random(Random(number).Next() ^ (part == ScenePart::kTest ? 0x7e57u : 0));
  EventScene scene;
  scene.act = static_cast<int>(random.Below(static_cast<int64_t>(Acts().size())));
  const Act& act = Acts()[scene.act];
  const bool people = act.second == Second::kPerson;
  int64_t first = 0;
  int64_t second = 0;
  bool held_out = false;
  do {
    first = random.Below(static_cast<int64_t>(Costumes().size()));
    second = random.Below(Choices(act.second));
    held_out = (first + second) % 5 == 0;
  } while (held_out != (part == ScenePart::kTest) || (people && first == second));
  scene.wording = static_cast<int>(random.Below(static_cast<int64_t>(act.captions.size())));
  scene.other_act = OtherAct(scene.act, random);
  Cast(std::string(Costumes()[first].name), Choice(act.second, second), scene);
  scene.seed = random.Next();
  return scene;
}

EventPair DrawEventPair(ScenePart part, uint64_t number) {
  constexpr uint64_t kTries = 256;  // most scenes have what is asked for
  for (uint64_t i = 0;; ++i) {
    EventScene scene = DrawEventScene(part, number * kTries + i);
    std::string wrong = number % 2 == 0 ? scene.other_event : scene.other_roles;
    if (!wrong.empty()) return {std::move(scene), std::move(wrong)};
  }
}

EventPair Exchanged(const EventPair& pair) {
  EventScene scene = pair.scene;
  std::string first = scene.roles[0].filler;
  std::string second = scene.roles[1].filler;
  if (pair.wrong == pair.scene.other_roles) {
    std::swap(first, second);
  } else {
    std::swap(scene.act, scene.other_act);
  }
  Cast(first, second, scene);
  return {std::move(scene), pair.scene.caption};
}

EventPicture RenderEventScene(const EventScene& scene, int size, const Image* backdrop) {
  Random random(scene.seed);
  const Setting& setting = kSettings[random.Below(static_cast<int64_t>(kSettings.size()))];
  const Framing framing = {random.Uniform() < 0.5, random.Uniform(0.82, 1.0),
                           random.Uniform(-0.04, 0.04), random.Uniform(-0.05, 0)};
  Sketch sketch(size, setting.sky, framing);
  DrawBackdrop(sketch, setting, random);
  if (backdrop != nullptr) sketch.Paste(*backdrop);
  sketch.TakeBox();
  Staging stage(sketch, scene, random);
  Acts()[scene.act].draw(stage);
  return {sketch.image(), stage.boxes()};
}

}  // namespace imago
