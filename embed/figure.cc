#include "embed/figure.h"

#include <algorithm>
#include <cmath>

namespace imago {
namespace {

// Parts of a person's height.
constexpr double kHead = 0.08;  // radius
constexpr double kNeckToHead = 0.115;
constexpr double kTorso = 0.31;
constexpr double kArm = 0.19;    // to the elbow, and on to the hand
constexpr double kLeg = 0.25;    // to the knee, and on to the foot
constexpr double kLimb = 0.065;  // width

constexpr Rgb kShoes = {45, 40, 38};
constexpr Rgb kEye = {20, 20, 20};
constexpr Rgb kWhite = {248, 248, 248};
constexpr Rgb kGold = {240, 200, 60};
constexpr Rgb kStripe = {240, 240, 120};
constexpr Rgb kRubber = {60, 65, 75};

constexpr std::array<Costume, 12> kCostumes = {{
    {"doctor", Headwear::kNone, Outfit::kCoat, {250, 250, 250}, {60, 70, 90}, {70, 45, 30}, 0.57},
    {"nurse", Headwear::kCap, Outfit::kGown, {70, 190, 180}, {70, 190, 180}, {250, 250, 250}, 0.55},
    {"police officer",
     Headwear::kCap,
     Outfit::kUniform,
     {30, 45, 110},
     {25, 30, 60},
     {25, 35, 90},
     0.58},
    {"soldier",
     Headwear::kHelmet,
     Outfit::kUniform,
     {95, 115, 60},
     {80, 95, 50},
     {75, 90, 45},
     0.58},
    {"firefighter",
     Headwear::kHelmet,
     Outfit::kVest,
     {190, 120, 40},
     {160, 100, 35},
     {215, 30, 30},
     0.58},
    {"worker",
     Headwear::kHardHat,
     Outfit::kVest,
     {250, 120, 20},
     {50, 70, 120},
     {250, 215, 30},
     0.57},
    {"cook",
     Headwear::kToque,
     Outfit::kApron,
     {235, 235, 235},
     {40, 40, 45},
     {255, 255, 255},
     0.56},
    {"man", Headwear::kNone, Outfit::kPlain, {60, 120, 200}, {110, 95, 75}, {40, 30, 25}, 0.58},
    {"woman",
     Headwear::kLongHair,
     Outfit::kDress,
     {200, 50, 90},
     {200, 50, 90},
     {90, 50, 25},
     0.55},
    {"boy", Headwear::kNone, Outfit::kPlain, {70, 180, 80}, {60, 80, 140}, {110, 70, 35}, 0.42},
    {"girl",
     Headwear::kLongHair,
     Outfit::kDress,
     {245, 180, 60},
     {245, 180, 60},
     {225, 185, 90},
     0.42},
    {"nun", Headwear::kHeadscarf, Outfit::kDress, {35, 35, 40}, {35, 35, 40}, {30, 30, 35}, 0.55},
}};

Point Along(Point from, Point to, double length) {
  const double distance = std::max(1e-9, std::hypot(to.x - from.x, to.y - from.y));
  return {from.x + (to.x - from.x) * length / distance,
          from.y + (to.y - from.y) * length / distance};
}

// The middle joint of a limb of two equal parts; `bend` says to which side it gives.
Point Joint(Point from, Point to, double part, double bend) {
  const Point middle = {(from.x + to.x) / 2, (from.y + to.y) / 2};
  const double half = std::hypot(to.x - from.x, to.y - from.y) / 2;
  if (half < 1e-9) return middle;
  const double out = std::sqrt(std::max(0.0, part * part - half * half)) * bend;
  return {middle.x + (to.y - from.y) / (2 * half) * out,
          middle.y - (to.x - from.x) / (2 * half) * out};
}

// The end of a limb that reaches for a point.
Point Reach(Point from, Point to, double longest) {
  return std::hypot(to.x - from.x, to.y - from.y) <= longest ? to : Along(from, to, longest);
}

Rgb Darker(Rgb colour) {
  const auto down = [](uint8_t value) { return static_cast<uint8_t>(value * 4 / 5); };
  return {down(colour.red), down(colour.green), down(colour.blue)};
}

// Draws one person's parts in their size.
class Drawer {
 public:
  Drawer(Sketch& sketch, const Costume& costume, const Posture& posture, Rgb skin)
      : sketch_(sketch), costume_(costume), at_(posture), skin_(skin) {}

  void Draw() {
    Arm(1, Darker(costume_.top));
    Leg(1, Darker(costume_.bottom));
    Leg(0, costume_.bottom);
    Torso();
    Clothes();
    Head();
    Arm(0, Darker(costume_.top));
  }

 private:
  double Size(double part) const { return part * at_.height; }
  // A point of the torso: `down` from the neck (0) to the hip (1), `out` to where the person faces.
  Point Body(double down, double out) const {
    const Point axis = {at_.hip.x - at_.neck.x, at_.hip.y - at_.neck.y};
    const double length = std::max(1e-9, std::hypot(axis.x, axis.y));
    const double side = Size(out) * at_.facing;
    return {at_.neck.x + axis.x * down + axis.y / length * side,
            at_.neck.y + axis.y * down - axis.x / length * side};
  }

  void Arm(int which, Rgb sleeve) {
    const Point shoulder = Body(0.1, which == 0 ? -0.01 : 0.03);
    const Point hand = Reach(shoulder, at_.hands[which], Size(2 * kArm));
    const Point elbow = Joint(shoulder, hand, Size(kArm), -at_.facing);
    sketch_.Line(shoulder, elbow, Size(kLimb * 0.85), sleeve);
    sketch_.Line(elbow, hand, Size(kLimb * 0.75), sleeve);
    sketch_.Disc(hand, Size(0.036), skin_);
  }

  void Leg(int which, Rgb colour) {
    const bool bare =
        costume_.outfit == Outfit::kDress && costume_.headwear != Headwear::kHeadscarf;
    const Rgb cloth = bare ? skin_ : colour;
    const Point top = Body(1, which == 0 ? -0.02 : 0.02);
    const Point foot = Reach(top, at_.feet[which], Size(2 * kLeg));
    const Point knee = Joint(top, foot, Size(kLeg), at_.facing);
    sketch_.Line(top, knee, Size(kLimb * 1.15), cloth);
    sketch_.Line(knee, foot, Size(kLimb), cloth);
    const Point toe = {foot.x + Size(0.05) * at_.facing, foot.y};
    sketch_.Line(foot, toe, Size(0.055), kShoes);
  }

  void Torso() {
    sketch_.Line(Body(0.08, 0), Body(0.95, 0), Size(0.15), costume_.top);
    sketch_.Polygon({Body(0.02, -0.1), Body(0.02, 0.1), Body(1, 0.08), Body(1, -0.08)},
                    costume_.top);
  }

  // From the hip to a hem below it.
  void Skirt(double length, double width, Rgb colour) {
    sketch_.Polygon(
        {Body(0.8, -0.08), Body(0.8, 0.08), Body(1 + length, width), Body(1 + length, -width)},
        colour);
  }

  void Clothes() {
    switch (costume_.outfit) {
      case Outfit::kDress:
        Skirt(costume_.headwear == Headwear::kHeadscarf ? 1.35 : 0.65, 0.17, costume_.top);
        break;
      case Outfit::kCoat:
        Skirt(0.55, 0.11, costume_.top);
        sketch_.Line(Body(0.05, 0.02), Body(0.45, 0.06), Size(0.018), kRubber);  // a stethoscope
        sketch_.Disc(Body(0.5, 0.06), Size(0.026), kRubber);
        break;
      case Outfit::kGown:
        Skirt(0.4, 0.1, costume_.top);
        break;
      case Outfit::kVest:
        sketch_.Line(Body(0.35, -0.08), Body(0.35, 0.08), Size(0.03), kStripe);
        sketch_.Line(Body(0.7, -0.08), Body(0.7, 0.08), Size(0.03), kStripe);
        break;
      case Outfit::kUniform:
        sketch_.Line(Body(0.92, -0.08), Body(0.92, 0.08), Size(0.03), kShoes);
        if (costume_.headwear == Headwear::kCap) sketch_.Disc(Body(0.3, 0.05), Size(0.024), kGold);
        break;
      case Outfit::kApron:
        Skirt(0.45, 0.08, kWhite);
        sketch_.Polygon({Body(0.3, -0.05), Body(0.3, 0.08), Body(1, 0.08), Body(1, -0.06)}, kWhite);
        break;
      case Outfit::kPlain:
        break;
    }
  }

  // A point about the head: `up` along the person's axis and `out` to where the face looks.
  Point Face(double up, double out) const {
    const Point middle = at_.head();
    const Point along = Along(at_.hip, at_.neck, 1);
    const Point axis = {along.x - at_.hip.x, along.y - at_.hip.y};
    const double side = Size(out) * at_.facing;
    return {middle.x + axis.x * Size(up) - axis.y * side,
            middle.y + axis.y * Size(up) + axis.x * side};
  }

  void Head() {
    sketch_.Line(Body(0.05, 0), at_.head(), Size(0.06), skin_);
    const bool hooded = costume_.headwear == Headwear::kHeadscarf;
    if (hooded) sketch_.Disc(Face(0.01, -0.015), Size(kHead * 1.25), costume_.hat);
    if (costume_.headwear == Headwear::kLongHair) {
      sketch_.Disc(Face(0.015, -0.02), Size(kHead * 1.15), costume_.hat);
      sketch_.Line(Face(0, -0.075), Face(-0.15, -0.085), Size(0.075), costume_.hat);
    } else if (!hooded) {
      sketch_.Disc(Face(0.022, -0.018), Size(kHead), costume_.hat);
    }
    sketch_.Disc(Face(hooded ? 0 : -0.008, 0.01), Size(hooded ? kHead * 0.8 : kHead * 0.95), skin_);
    sketch_.Disc(Face(0.012, 0.05), Size(0.014), kEye);
    Hat();
  }

  void Hat() {
    const Rgb colour = costume_.hat;
    switch (costume_.headwear) {
      case Headwear::kCap:
        sketch_.Polygon(
            {Face(0.035, -0.085), Face(0.035, 0.085), Face(0.11, 0.07), Face(0.11, -0.075)},
            colour);
        sketch_.Line(Face(0.035, 0.04), Face(0.03, 0.12), Size(0.022), Darker(colour));
        break;
      case Headwear::kHelmet:
      case Headwear::kHardHat:
        Dome(colour);
        break;
      case Headwear::kToque:
        sketch_.Polygon(
            {Face(0.04, -0.07), Face(0.04, 0.075), Face(0.17, 0.085), Face(0.17, -0.08)}, colour);
        sketch_.Disc(Face(0.17, -0.045), Size(0.055), colour);
        sketch_.Disc(Face(0.18, 0.045), Size(0.055), colour);
        break;
      default:
        break;
    }
  }

  void Dome(Rgb colour) {
    std::vector<Point> dome;
    for (int i = 0; i <= 12; ++i) {
      const double angle = 3.14159265 * i / 12;
      dome.push_back(Face(0.03 + 0.085 * std::sin(angle), 0.095 * std::cos(angle)));
    }
    sketch_.Polygon(dome, colour);
    const double brim = costume_.headwear == Headwear::kHardHat ? 0.13 : 0.105;
    sketch_.Line(Face(0.035, -0.09), Face(0.035, brim), Size(0.02), Darker(colour));
  }

  Sketch& sketch_;
  const Costume& costume_;
  const Posture& at_;
  Rgb skin_;
};

}  // namespace

std::span<const Costume> Costumes() { return kCostumes; }

Point Posture::head() const {
  const Point up =
      Along(hip, neck, std::hypot(neck.x - hip.x, neck.y - hip.y) + kNeckToHead * height);
  return up;
}

Posture Standing(double x, double ground, double height, int facing) {
  Posture posture;
  posture.height = height;
  posture.facing = facing;
  posture.hip = {x, ground - 2 * kLeg * height};
  posture.neck = {x, posture.hip.y - kTorso * height};
  posture.hands = {Point{x + 0.05 * height * facing, posture.hip.y + 0.02 * height},
                   Point{x - 0.04 * height * facing, posture.hip.y + 0.02 * height}};
  posture.feet = {Point{x - 0.06 * height, ground}, Point{x + 0.06 * height, ground}};
  return posture;
}

Posture Walking(double x, double ground, double height, int facing) {
  Posture posture = Standing(x, ground, height, facing);
  posture.neck.x += 0.04 * height * facing;
  posture.feet = {Point{x - 0.19 * height * facing, ground - 0.01 * height},
                  Point{x + 0.16 * height * facing, ground}};
  posture.hip.y += 0.03 * height;
  posture.neck.y += 0.03 * height;
  return posture;
}

Posture Sitting(double x, double ground, double height, int facing) {
  Posture posture = Standing(x, ground, height, facing);
  posture.hip.y = ground - 1.1 * kLeg * height;
  posture.neck = {x - 0.03 * height * facing, posture.hip.y - kTorso * height};
  posture.hands = {Point{x + 0.17 * height * facing, posture.hip.y - 0.04 * height},
                   Point{x + 0.15 * height * facing, posture.hip.y - 0.03 * height}};
  posture.feet = {Point{x + 0.25 * height * facing, ground},
                  Point{x + 0.22 * height * facing, ground}};
  return posture;
}

Posture Lying(double x, double y, double height) {
  Posture posture;
  posture.height = height;
  posture.facing = -1;
  posture.hip = {x + 2 * kLeg * height, y};
  posture.neck = {posture.hip.x + kTorso * height, y - 0.02 * height};
  posture.hands = {Point{posture.hip.x - 0.02 * height, y - 0.05 * height},
                   Point{posture.hip.x + 0.04 * height, y + 0.02 * height}};
  posture.feet = {Point{x, y - 0.01 * height}, Point{x + 0.01 * height, y}};
  return posture;
}

void DrawPerson(Sketch& sketch, const Costume& costume, const Posture& posture, Rgb skin) {
  Drawer(sketch, costume, posture, skin).Draw();
}

}  // namespace imago
