#include "embed/world.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

#include "embed/decode_image.h"
#include "embed/random.h"
#include "embed/train_manifest.h"
#include "embed/world_draw.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr size_t kFewestThings = 10;

struct NamedColour {
  std::string_view name;
  Rgb rgb;
};
constexpr std::array<NamedColour, 10> kColours = {{{"red", {215, 40, 35}},
                                                   {"green", {45, 160, 60}},
                                                   {"blue", {40, 80, 210}},
                                                   {"yellow", {240, 210, 40}},
                                                   {"orange", {240, 140, 30}},
                                                   {"purple", {130, 60, 170}},
                                                   {"pink", {245, 150, 190}},
                                                   {"brown", {125, 80, 45}},
                                                   {"black", {25, 25, 25}},
                                                   {"white", {248, 248, 248}}}};

// Pictures go on light ones only, through which their white shows.
constexpr std::array<Rgb, 8> kBackgrounds = {{{255, 255, 255},
                                              {232, 232, 228},
                                              {210, 226, 242},
                                              {226, 240, 218},
                                              {250, 236, 208},
                                              {60, 60, 70},
                                              {30, 70, 60},
                                              {120, 150, 190}}};
constexpr int64_t kLightBackgrounds = 5;

constexpr std::array<std::string_view, 3> kOpenings = {"", "there is ", "a picture of "};
constexpr std::array<std::string_view, 3> kLeft = {"to the left of", "left of", "on the left of"};
constexpr std::array<std::string_view, 3> kRight = {"to the right of", "right of",
                                                    "on the right of"};
constexpr std::array<std::string_view, 2> kAbove = {"above", "over"};
constexpr std::array<std::string_view, 3> kBelow = {"below", "under", "beneath"};
constexpr std::array<std::string_view, 4> kNumbers = {"no", "one", "two", "three"};

template <typename List>
auto Pick(const List& list, Random& random) {
  return list[random.Below(static_cast<int64_t>(list.size()))];
}

// One pair of neighbours in five is held out of training.
bool HeldOutPair(const SceneObject& one, const SceneObject& other) {
  return (one.thing + other.thing) % 5 == 0;
}

// Two colours in five with two shapes in five.
bool HeldOutColour(const SceneObject& object) {
  return object.colour % 5 < 2 && object.thing % 5 < 2;
}

// One thing in four is never said to be small or large, or so many.
bool HeldOutMeasure(const SceneObject& object) { return object.thing % 4 == 1; }

std::string WithArticle(const std::string& noun) {
  const bool vowel =
      !noun.empty() && std::string_view("aeiouAEIOU").find(noun.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + noun;
}

std::string Plural(const std::string& noun) {
  for (const std::string_view end : {"s", "x", "ch", "sh"}) {
    if (noun.ends_with(end)) return noun + "es";
  }
  return noun + "s";
}

std::string Counted(int count, const std::string& noun) {
  return fmt::format("{} {}", kNumbers[count], count == 1 ? noun : Plural(noun));
}

std::string_view SizeName(const SceneObject& object) {
  return object.radius < 0.13 ? "small" : "large";
}

double Distance(Rgb a, Rgb b) {
  const double red = static_cast<double>(a.red) - b.red;
  const double green = static_cast<double>(a.green) - b.green;
  const double blue = static_cast<double>(a.blue) - b.blue;
  return std::sqrt(red * red + green * green + blue * blue);
}

SceneKind DrawKind(bool shapes, Random& random) {
  const double p = random.Uniform();
  if (shapes && p < 0.3) return SceneKind::kColour;
  if (p < (shapes ? 0.6 : 0.4)) return SceneKind::kPlace;
  return p < (shapes ? 0.8 : 0.7) ? SceneKind::kSize : SceneKind::kNumber;
}

// The first stands left of or above the second.
void Place(Scene& scene, bool across, Random& random) {
  for (size_t i = 0; i < 2; ++i) {
    SceneObject& object = scene.objects[i];
    const double along = i == 0 ? random.Uniform(0.2, 0.34) : random.Uniform(0.66, 0.8);
    const double aside = random.Uniform(0.3, 0.7);
    object.x = across ? along : aside;
    object.y = across ? aside : along;
    object.radius = random.Uniform(0.12, 0.17);
  }
}

// "a red circle", where colours can be told.
std::string Described(const SceneObject& object, bool with_colour) {
  return WithArticle(with_colour ? fmt::format("{} {}", kColours[object.colour].name, object.name)
                                 : object.name);
}

// What a caption says of two objects, in the order in which it names them.
struct Saying {
  std::string first;
  std::string link;  // " and "
  std::string second;
};

Saying SayPlace(const Scene& scene, bool across, bool with_colour, Random& random) {
  const std::string before = Described(scene.objects[0], with_colour);
  const std::string after = Described(scene.objects[1], with_colour);
  const bool from_first = random.Uniform() < 0.5;
  const std::string_view word = across ? (from_first ? Pick(kLeft, random) : Pick(kRight, random))
                                       : (from_first ? Pick(kAbove, random) : Pick(kBelow, random));
  const std::string link = fmt::format(" {} ", word);
  return from_first ? Saying{before, link, after} : Saying{after, link, before};
}

// The true caption's objects in either order, and the wrong one's in the same order.
void Say(Scene& scene, const std::array<std::string, 2>& right,
         const std::array<std::string, 2>& wrong, Random& random) {
  const size_t first = random.Uniform() < 0.5 ? 0 : 1;
  const std::string_view opening = Pick(kOpenings, random);
  scene.caption = fmt::format("{}{} and {}", opening, right[first], right[1 - first]);
  scene.wrong = fmt::format("{}{} and {}", opening, wrong[first], wrong[1 - first]);
}

void SayColours(Scene& scene, Random& random) {
  std::array<std::string, 2> right;
  std::array<std::string, 2> wrong;
  for (size_t i = 0; i < 2; ++i) {
    SceneObject object = scene.objects[i];
    right[i] = Described(object, true);
    object.colour = scene.objects[1 - i].colour;
    wrong[i] = Described(object, true);
  }
  Say(scene, right, wrong, random);
}

void SaySizes(Scene& scene, Random& random) {
  const bool first_small = random.Uniform() < 0.5;
  scene.objects[first_small ? 0 : 1].radius = random.Uniform(0.08, 0.1);
  scene.objects[first_small ? 1 : 0].radius = random.Uniform(0.17, 0.2);
  std::array<std::string, 2> right;
  std::array<std::string, 2> wrong;
  for (size_t i = 0; i < 2; ++i) {
    right[i] = fmt::format("a {} {}", SizeName(scene.objects[i]), scene.objects[i].name);
    wrong[i] = fmt::format("a {} {}", SizeName(scene.objects[1 - i]), scene.objects[i].name);
  }
  Say(scene, right, wrong, random);
}

void SayNumbers(Scene& scene, Random& random) {
  const int one = static_cast<int>(1 + random.Below(3));
  const int other = 1 + (one + static_cast<int>(random.Below(2))) % 3;
  scene.objects[0].count = one;
  scene.objects[1].count = other;
  std::array<std::string, 2> right;
  std::array<std::string, 2> wrong;
  for (size_t i = 0; i < 2; ++i) {
    right[i] = Counted(scene.objects[i].count, scene.objects[i].name);
    wrong[i] = Counted(scene.objects[1 - i].count, scene.objects[i].name);
  }
  Say(scene, right, wrong, random);
}

// The middles of an object's copies, which fill its circle.
std::vector<Spot> Copies(const SceneObject& object, int size) {
  const Spot whole = {object.x * size, object.y * size, object.radius * size};
  if (object.count == 1) return {whole};
  std::vector<Spot> spots;
  for (int i = 0; i < object.count; ++i) {
    const double angle = 6.283185307 * i / object.count;
    spots.push_back({whole.x + 0.62 * whole.radius * std::sin(angle),
                     whole.y - 0.62 * whole.radius * std::cos(angle), 0.5 * whole.radius});
  }
  return spots;
}

Rgb Jittered(Rgb colour, Random& random) {
  const auto shift = [&random](uint8_t value) {
    return static_cast<uint8_t>(std::clamp<int64_t>(value + random.Below(31) - 15, 0, 255));
  };
  return {shift(colour.red), shift(colour.green), shift(colour.blue)};
}

}  // namespace

std::string_view SceneKindName(SceneKind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"colour", "size", "number", "place"};
  return kNames[static_cast<size_t>(kind)];
}

absl::StatusOr<std::vector<WorldPicture>> ReadWorldPictures(const std::string& manifest) {
  const auto rows = ReadManifest(manifest, {"train", "train"});
  if (!rows.ok()) return rows.status();
  const std::filesystem::path dir = std::filesystem::path(manifest).parent_path();
  std::vector<WorldPicture> pictures;
  for (const LabelledPhoto& row : *rows) {
    const bool plain = std::all_of(row.label.begin(), row.label.end(),
                                   [](char c) { return c == ' ' || (c >= 'a' && c <= 'z'); });
    if (!plain || row.label.ends_with('s')) continue;  // "a boots"
    if (std::count(row.label.begin(), row.label.end(), ' ') > 1) continue;
    pictures.push_back({row.label, (dir / row.file).string()});
  }
  return pictures;
}

World::World() : names_(kShapes.begin(), kShapes.end()) {}

absl::StatusOr<World> World::OfPictures(std::vector<WorldPicture> pictures) {
  std::map<std::string, std::vector<std::string>> by_label;
  for (WorldPicture& picture : pictures) {
    by_label[std::move(picture.label)].push_back(std::move(picture.path));
  }
  if (by_label.size() < kFewestThings) {
    return absl::InvalidArgumentError(fmt::format(
        "a world of pictures needs {} labels, there are {}", kFewestThings, by_label.size()));
  }
  World world;
  world.names_.clear();
  for (auto& [label, paths] : by_label) {
    world.names_.push_back(label);
    world.paths_.push_back(std::move(paths));
  }
  return world;
}

Scene World::Draw(ScenePart part, uint64_t number) const {
  Random seeds(Random(number).Next() ^ (part == ScenePart::kTest ? 0x7e57u : 0));
  const SceneKind kind = DrawKind(shapes(), seeds);
  while (true) {
    Scene scene = Try(kind, seeds.Next());
    if (Fits(scene, part)) return scene;
  }
}

Scene World::Exchanged(Scene scene) {
  SceneObject& one = scene.objects[0];
  SceneObject& other = scene.objects[1];
  switch (scene.kind) {
    case SceneKind::kPlace:
      std::swap(one.x, other.x);
      std::swap(one.y, other.y);
      break;
    case SceneKind::kColour:
      std::swap(one.colour, other.colour);
      break;
    case SceneKind::kSize:
      std::swap(one.radius, other.radius);
      break;
    case SceneKind::kNumber:
      std::swap(one.count, other.count);
      break;
  }
  std::swap(scene.caption, scene.wrong);
  return scene;
}

Scene World::Try(SceneKind kind, uint64_t seed) const {
  Random random(seed);
  Scene scene;
  scene.kind = kind;
  scene.background = static_cast<int>(
      random.Below(shapes() ? static_cast<int64_t>(kBackgrounds.size()) : kLightBackgrounds));
  for (int i = 0; i < 2; ++i) {
    SceneObject& object = scene.objects.emplace_back();
    object.thing = static_cast<int>(random.Below(static_cast<int64_t>(names_.size())));
    object.name = names_[object.thing];
    object.colour = static_cast<int>(random.Below(static_cast<int64_t>(kColours.size())));
  }
  const bool across = random.Uniform() < 0.5;
  Place(scene, across, random);
  if (scene.kind == SceneKind::kPlace) {
    const Saying saying = SayPlace(scene, across, shapes() && random.Uniform() < 0.5, random);
    const std::string_view opening = Pick(kOpenings, random);
    scene.caption = fmt::format("{}{}{}{}", opening, saying.first, saying.link, saying.second);
    scene.wrong = fmt::format("{}{}{}{}", opening, saying.second, saying.link, saying.first);
  } else if (scene.kind == SceneKind::kColour) {
    SayColours(scene, random);
  } else if (scene.kind == SceneKind::kSize) {
    SaySizes(scene, random);
  } else {
    SayNumbers(scene, random);
  }
  scene.seed = random.Next();
  return scene;
}

bool World::Fits(const Scene& scene, ScenePart part) const {
  const SceneObject& one = scene.objects[0];
  const SceneObject& other = scene.objects[1];
  if (one.thing == other.thing) return false;
  const bool tests = part == ScenePart::kTest;
  if (shapes()) {
    if (one.colour == other.colour) return false;
    for (const SceneObject& object : scene.objects) {
      const Rgb colour = kColours[object.colour].rgb;
      if (Distance(colour, kBackgrounds[scene.background]) < 90) return false;
      // Whatever a scene is about, it shows held-out colours only to test them.
      if (HeldOutColour(object) != (tests && scene.kind == SceneKind::kColour)) return false;
    }
  }
  if (HeldOutPair(one, other) != (tests && scene.kind == SceneKind::kPlace)) return false;
  const bool measures = scene.kind == SceneKind::kSize || scene.kind == SceneKind::kNumber;
  return !measures || (HeldOutMeasure(one) == tests && HeldOutMeasure(other) == tests);
}

absl::StatusOr<Image> World::Render(const Scene& scene, int size) const {
  Random random(scene.seed);
  Image canvas = PlainCanvas(size, Jittered(kBackgrounds[scene.background], random));
  for (const SceneObject& object : scene.objects) {
    if (shapes()) {
      const Rgb colour = Jittered(kColours[object.colour].rgb, random);
      for (const Spot& spot : Copies(object, size)) DrawShape(canvas, object.thing, spot, colour);
      continue;
    }
    const auto picture = DecodeImageFile(Pick(paths_[object.thing], random));
    if (!picture.ok()) return picture.status();
    for (const Spot& spot : Copies(object, size)) DrawPicture(canvas, picture->image, spot);
  }
  return canvas;
}

}  // namespace imago
