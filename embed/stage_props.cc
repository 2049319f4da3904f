#include "embed/stage_props.h"

#include <cmath>

namespace imago {
namespace {

constexpr Rgb kWhite = {250, 250, 250};
constexpr Rgb kSteel = {150, 155, 165};
constexpr Rgb kDark = {40, 42, 48};
constexpr Rgb kWood = {140, 95, 55};
constexpr Rgb kLightWood = {190, 145, 95};
constexpr Rgb kGlass = {190, 220, 235};
constexpr Rgb kRed = {215, 45, 45};
constexpr Rgb kDrop = {120, 180, 235};

Point Between(Point from, Point to, double part) {
  return {from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part};
}

void DrawWheel(Sketch& sketch, Point middle, double radius) {
  sketch.Disc(middle, radius, kDark);
  sketch.Disc(middle, radius * 0.55, kSteel);
}

}  // namespace

void DrawBed(Sketch& sketch, double left, double right, double top, double ground) {
  for (const double x : {left + 0.02, right - 0.02}) {
    sketch.Line({x, top}, {x, ground}, 0.014, kSteel);
  }
  sketch.Line({right, top - 0.1}, {right, ground}, 0.016, kSteel);
  sketch.Rectangle({left, top}, {right, top + 0.045}, kWhite);
  sketch.Rectangle({left, top + 0.03}, {right, top + 0.045}, kSteel);
  sketch.Rectangle({right - 0.13, top - 0.02}, {right - 0.005, top + 0.01}, {205, 215, 230});
}

void DrawChair(Sketch& sketch, double x, double seat, double ground, int facing) {
  const double back = x - 0.06 * facing;
  const double front = x + 0.08 * facing;
  sketch.Line({back, seat - 0.17}, {back, ground}, 0.016, kWood);
  sketch.Line({front, seat}, {front, ground}, 0.016, kWood);
  sketch.Line({back, seat}, {front, seat}, 0.022, kWood);
}

void DrawTable(Sketch& sketch, double left, double right, double top, double ground) {
  for (const double x : {left + 0.03, right - 0.03}) {
    sketch.Line({x, top}, {x, ground}, 0.018, kWood);
  }
  sketch.Rectangle({left, top}, {right, top + 0.025}, kLightWood);
}

Point DrawWheelchair(Sketch& sketch, double x, double seat, double ground, int facing) {
  const double back = x - 0.07 * facing;
  const Point handles = {back - 0.04 * facing, seat - 0.15};
  sketch.Line({back, seat}, {back, seat - 0.15}, 0.02, kDark);
  sketch.Line({back, seat - 0.15}, handles, 0.016, kDark);
  sketch.Line({back, seat}, {x + 0.09 * facing, seat}, 0.026, kDark);
  sketch.Line({x + 0.09 * facing, seat}, {x + 0.13 * facing, ground - 0.03}, 0.012, kSteel);
  DrawWheel(sketch, {x - 0.02 * facing, ground - 0.085}, 0.085);
  DrawWheel(sketch, {x + 0.12 * facing, ground - 0.03}, 0.03);
  return handles;
}

void DrawStretcher(Sketch& sketch, double left, double right, double y) {
  sketch.Line({left, y}, {right, y}, 0.018, kWood);
  sketch.Rectangle({left + 0.07, y - 0.014}, {right - 0.07, y + 0.016}, {225, 200, 60});
}

void DrawCar(Sketch& sketch, double x, double ground, double size, Rgb colour) {
  const auto at = [&](double dx, double dy) { return Point{x + dx * size, ground - dy * size}; };
  sketch.Line(at(-0.28, 0.3), at(-0.2, 0.56), 0.03 * size, colour);
  sketch.Line(at(0.3, 0.3), at(0.2, 0.56), 0.03 * size, colour);
  sketch.Line(at(0, 0.3), at(0, 0.56), 0.02 * size, colour);
  sketch.Line(at(-0.2, 0.56), at(0.2, 0.56), 0.045 * size, colour);
  sketch.Polygon({at(-0.5, 0.08), at(-0.5, 0.27), at(-0.3, 0.32), at(0.33, 0.32), at(0.5, 0.25),
                  at(0.5, 0.08)},
                 colour);
  sketch.Disc(at(0.48, 0.2), 0.03 * size, {250, 235, 150});
  sketch.Disc(at(-0.48, 0.2), 0.03 * size, kRed);
  DrawWheel(sketch, at(-0.28, 0.09), 0.09 * size);
  DrawWheel(sketch, at(0.28, 0.09), 0.09 * size);
}

void DrawSyringe(Sketch& sketch, Point hand, Point tip) {
  sketch.Line(hand, tip, 0.007, kSteel);
  sketch.Line(Between(hand, tip, -0.3), Between(hand, tip, 0.55), 0.022, kWhite);
  sketch.Line(Between(hand, tip, 0.1), Between(hand, tip, 0.5), 0.014, kRed);
  sketch.Line(Between(hand, tip, -0.6), Between(hand, tip, -0.3), 0.009, kSteel);
}

void DrawSwab(Sketch& sketch, Point hand, Point tip) {
  sketch.Line(Between(hand, tip, -0.2), tip, 0.008, {235, 225, 190});
  sketch.Disc(tip, 0.011, kWhite);
}

void DrawBaton(Sketch& sketch, Point hand, Point tip) {
  sketch.Line(Between(hand, tip, -0.15), tip, 0.02, kDark);
}

void DrawSpoon(Sketch& sketch, Point hand, Point tip) {
  sketch.Line(hand, tip, 0.009, kSteel);
  sketch.Disc(tip, 0.016, {225, 160, 60});
}

void DrawBowl(Sketch& sketch, Point middle) {
  sketch.Polygon({{middle.x - 0.05, middle.y - 0.015},
                  {middle.x + 0.05, middle.y - 0.015},
                  {middle.x + 0.03, middle.y + 0.03},
                  {middle.x - 0.03, middle.y + 0.03}},
                 {235, 235, 240});
  sketch.Line({middle.x - 0.045, middle.y - 0.015}, {middle.x + 0.045, middle.y - 0.015}, 0.012,
              {225, 160, 60});
}

void DrawMicrophone(Sketch& sketch, Point hand, Point tip) {
  sketch.Line(hand, tip, 0.014, kDark);
  sketch.Disc(tip, 0.02, {95, 95, 105});
}

void DrawCamera(Sketch& sketch, Point middle, int facing) {
  sketch.Rectangle({middle.x - 0.035, middle.y - 0.028}, {middle.x + 0.035, middle.y + 0.028},
                   kDark);
  sketch.Rectangle({middle.x - 0.012, middle.y - 0.04}, {middle.x + 0.012, middle.y - 0.028},
                   kDark);
  sketch.Line(middle, {middle.x + 0.05 * facing, middle.y}, 0.034, kDark);
  sketch.Disc({middle.x + 0.062 * facing, middle.y}, 0.015, kGlass);
}

void DrawMagnifier(Sketch& sketch, Point hand, Point glass) {
  sketch.Line(hand, glass, 0.014, kWood);
  sketch.Disc(glass, 0.042, kDark);
  sketch.Disc(glass, 0.032, kGlass);
}

void DrawSign(Sketch& sketch, Point hand, Rgb colour) {
  sketch.Line({hand.x, hand.y + 0.05}, {hand.x, hand.y - 0.17}, 0.012, kWood);
  sketch.Rectangle({hand.x - 0.085, hand.y - 0.27}, {hand.x + 0.085, hand.y - 0.15}, colour);
  for (const double dy : {0.235, 0.185}) {
    sketch.Line({hand.x - 0.06, hand.y - dy}, {hand.x + 0.06, hand.y - dy}, 0.014, kDark);
  }
}

void DrawHandcuffs(Sketch& sketch, Point middle) {
  for (const double dx : {-0.018, 0.018}) {
    sketch.Disc({middle.x + dx, middle.y}, 0.021, kSteel);
    sketch.Disc({middle.x + dx, middle.y}, 0.011, kDark);
  }
}

void DrawSprayer(Sketch& sketch, Point hand, Point nozzle, int facing) {
  sketch.Line(hand, nozzle, 0.014, kDark);
  sketch.Disc(nozzle, 0.014, {230, 190, 40});
  for (int row = -2; row <= 2; ++row) {
    for (int i = 1; i <= 4; ++i) {
      const double far = 0.032 * i;
      sketch.Disc({nozzle.x + far * facing, nozzle.y + 0.35 * far * row}, 0.007, kDrop);
    }
  }
}

void DrawMicroscope(Sketch& sketch, Point foot) {
  sketch.Rectangle({foot.x - 0.05, foot.y - 0.018}, {foot.x + 0.05, foot.y}, kDark);
  sketch.Line({foot.x + 0.03, foot.y - 0.01}, {foot.x + 0.03, foot.y - 0.1}, 0.02, kSteel);
  sketch.Line({foot.x + 0.03, foot.y - 0.1}, {foot.x - 0.01, foot.y - 0.11}, 0.018, kSteel);
  sketch.Line({foot.x + 0.005, foot.y - 0.05}, {foot.x - 0.035, foot.y - 0.16}, 0.026, kWhite);
  sketch.Rectangle({foot.x - 0.03, foot.y - 0.045}, {foot.x + 0.03, foot.y - 0.032}, kDark);
}

void DrawFlask(Sketch& sketch, Point foot, Rgb colour) {
  sketch.Polygon({{foot.x - 0.014, foot.y - 0.11},
                  {foot.x + 0.014, foot.y - 0.11},
                  {foot.x + 0.014, foot.y - 0.07},
                  {foot.x + 0.05, foot.y},
                  {foot.x - 0.05, foot.y},
                  {foot.x - 0.014, foot.y - 0.07}},
                 kGlass);
  sketch.Polygon({{foot.x - 0.026, foot.y - 0.045},
                  {foot.x + 0.026, foot.y - 0.045},
                  {foot.x + 0.047, foot.y - 0.004},
                  {foot.x - 0.047, foot.y - 0.004}},
                 colour);
}

void DrawDropper(Sketch& sketch, Point hand, Point tip) {
  sketch.Line(hand, tip, 0.01, kGlass);
  sketch.Line(Between(hand, tip, -0.15), Between(hand, tip, 0.2), 0.024, kRed);
  sketch.Disc({tip.x, tip.y + 0.02}, 0.008, kDrop);
}

void DrawThing(Sketch& sketch, std::string_view name, double x, double ground) {
  if (name == "car") return DrawCar(sketch, x, ground, 0.42, {60, 140, 90});
  if (name == "box") {
    sketch.Rectangle({x - 0.11, ground - 0.2}, {x + 0.11, ground}, {200, 155, 95});
    sketch.Rectangle({x - 0.11, ground - 0.115}, {x + 0.11, ground - 0.085}, {235, 210, 150});
  } else if (name == "barrel") {
    sketch.Rectangle({x - 0.09, ground - 0.24}, {x + 0.09, ground}, {45, 95, 170});
    for (const double dy : {0.235, 0.16, 0.08, 0.008}) {
      sketch.Line({x - 0.09, ground - dy}, {x + 0.09, ground - dy}, 0.012, {30, 65, 125});
    }
  } else if (name == "bench") {
    for (const double dx : {-0.14, 0.14}) {
      sketch.Line({x + dx, ground - 0.11}, {x + dx, ground}, 0.018, kDark);
    }
    for (const double dy : {0.11, 0.17, 0.22}) {
      sketch.Line({x - 0.17, ground - dy}, {x + 0.17, ground - dy}, 0.026, kWood);
    }
  } else {  // machine
    sketch.Rectangle({x - 0.1, ground - 0.3}, {x + 0.1, ground}, {125, 130, 145});
    sketch.Rectangle({x - 0.07, ground - 0.27}, {x + 0.07, ground - 0.18}, {30, 60, 50});
    sketch.Disc({x - 0.05, ground - 0.12}, 0.018, kRed);
    sketch.Disc({x, ground - 0.12}, 0.018, {240, 200, 60});
    sketch.Disc({x + 0.05, ground - 0.12}, 0.018, {70, 190, 90});
  }
}

void DrawWorn(Sketch& sketch, std::string_view name, const Wearer& wearer) {
  const double unit = wearer.height;
  const auto at = [&](Point from, double out, double down) {
    return Point{from.x + out * unit * wearer.facing, from.y + down * unit};
  };
  if (name == "mask") {
    sketch.Polygon({at(wearer.head, -0.01, -0.005), at(wearer.head, 0.095, 0.0),
                    at(wearer.head, 0.085, 0.07), at(wearer.head, 0.0, 0.075)},
                   {150, 205, 235});
    sketch.Line(at(wearer.head, -0.07, -0.01), at(wearer.head, 0, 0.01), 0.007, kWhite);
  } else if (name == "scarf") {
    sketch.Line(at(wearer.neck, -0.06, -0.015), at(wearer.neck, 0.07, -0.005), 0.055 * unit / 0.56,
                kRed);
    sketch.Line(at(wearer.neck, 0.06, 0), at(wearer.neck, 0.08, 0.19), 0.036, kRed);
  } else if (name == "backpack") {
    sketch.Polygon({at(wearer.neck, -0.08, 0.02), at(wearer.neck, -0.2, 0.05),
                    at(wearer.neck, -0.21, 0.26), at(wearer.neck, -0.08, 0.28)},
                   {150, 60, 160});
    sketch.Line(at(wearer.neck, -0.09, 0.03), at(wearer.neck, 0.03, 0.16), 0.014, {110, 40, 120});
  } else {  // pair of glasses
    sketch.Line(at(wearer.head, -0.06, -0.015), at(wearer.head, 0.05, -0.012), 0.01, kDark);
    sketch.Disc(at(wearer.head, 0.05, -0.01), 0.036 * unit, kDark);
  }
}

}  // namespace imago
