#ifndef IMAGO_EMBED_FIGURE_H_
#define IMAGO_EMBED_FIGURE_H_

// People of the world maker: in the clothes of what they are, bent to what they do.

#include <array>
#include <span>
#include <string_view>

#include "embed/sketch.h"

namespace imago {

enum class Headwear { kNone, kLongHair, kCap, kHelmet, kHardHat, kToque, kHeadscarf };
enum class Outfit { kPlain, kDress, kCoat, kGown, kVest, kUniform, kApron };

struct Costume {
  std::string_view name;  // "police officer", as after "a "
  Headwear headwear = Headwear::kNone;
  Outfit outfit = Outfit::kPlain;
  Rgb top;
  Rgb bottom;
  Rgb hat;  // of the headwear; hair, where it is hair
  double height = 0.56;
};
std::span<const Costume> Costumes();

// Where a person's joints are. Limbs reach for hands and feet and bend by themselves; those that
// are farther than a limb is long end where it ends.
struct Posture {
  double height = 0.56;
  int facing = 1;  // 1: to the right, -1: to the left
  Point hip = {0, 0};
  Point neck = {0, 0};
  std::array<Point, 2> hands = {};  // the first is nearer to who looks
  std::array<Point, 2> feet = {};

  Point head() const;
};
// On the ground at `x`, arms hanging.
Posture Standing(double x, double ground, double height, int facing);
// With one foot before the other.
Posture Walking(double x, double ground, double height, int facing);
// On a seat of a knee's height, which is not drawn.
Posture Sitting(double x, double ground, double height, int facing);
// On the back at height `y`, from the feet at `x` to the head on the right.
Posture Lying(double x, double y, double height);

void DrawPerson(Sketch& sketch, const Costume& costume, const Posture& posture, Rgb skin);

}  // namespace imago

#endif  // IMAGO_EMBED_FIGURE_H_
