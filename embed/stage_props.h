#ifndef IMAGO_EMBED_STAGE_PROPS_H_
#define IMAGO_EMBED_STAGE_PROPS_H_

// Tools, vehicles and furniture of the world maker. Places are those of a sketch; `ground` is the
// height on which a thing stands.

#include <string_view>

#include "embed/sketch.h"

namespace imago {

void DrawBed(Sketch& sketch, double left, double right, double top, double ground);
void DrawChair(Sketch& sketch, double x, double seat, double ground, int facing);
void DrawTable(Sketch& sketch, double left, double right, double top, double ground);
// A seat at `x` with a back and handles behind it; returns where the handles are.
Point DrawWheelchair(Sketch& sketch, double x, double seat, double ground, int facing);
void DrawStretcher(Sketch& sketch, double left, double right, double y);
// A car's lower half and its window frames around `x`: who was drawn before looks out of it.
void DrawCar(Sketch& sketch, double x, double ground, double size, Rgb colour);

void DrawSyringe(Sketch& sketch, Point hand, Point tip);
void DrawSwab(Sketch& sketch, Point hand, Point tip);
void DrawBaton(Sketch& sketch, Point hand, Point tip);
void DrawSpoon(Sketch& sketch, Point hand, Point tip);
void DrawBowl(Sketch& sketch, Point middle);
void DrawMicrophone(Sketch& sketch, Point hand, Point tip);
void DrawCamera(Sketch& sketch, Point middle, int facing);
void DrawMagnifier(Sketch& sketch, Point hand, Point glass);
void DrawSign(Sketch& sketch, Point hand, Rgb colour);
void DrawHandcuffs(Sketch& sketch, Point middle);
// A wand from the hand to a nozzle, and the spray that leaves it to where `facing` points.
void DrawSprayer(Sketch& sketch, Point hand, Point nozzle, int facing);

void DrawMicroscope(Sketch& sketch, Point foot);
void DrawFlask(Sketch& sketch, Point foot, Rgb colour);
void DrawDropper(Sketch& sketch, Point hand, Point tip);

// Things of about one size that stand on the ground at `x`: "box", "barrel", "bench", "car" and
// "machine".
void DrawThing(Sketch& sketch, std::string_view name, double x, double ground);
// What is worn on the head or on the body: "mask", "scarf", "backpack" and "pair of glasses".
// `head` is the head's middle, `neck` below it; the person faces to `facing` and has `height`.
struct Wearer {
  Point head;
  Point neck;
  int facing = 1;
  double height = 0.56;
};
void DrawWorn(Sketch& sketch, std::string_view name, const Wearer& wearer);

}  // namespace imago

#endif  // IMAGO_EMBED_STAGE_PROPS_H_
