#ifndef IMAGO_EMBED_STAGE_ACTS_H_
#define IMAGO_EMBED_STAGE_ACTS_H_

// What people do on the stage, and how that looks: the first role's filler stands on the left.

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "embed/figure.h"
#include "embed/random.h"
#include "embed/stage.h"

namespace imago {

inline constexpr double kGround = 0.9;

enum class Second { kPerson, kThing, kWorn, kTool, kNobody };  // what the second role is filled by

// Draws the parts of one scene and keeps the box of each role.
class Staging {
 public:
  Staging(Sketch& sketch, const EventScene& scene, Random& random);

  // The filler of a role, who is a person, in a posture of Height(role).
  void Person(size_t role, const Posture& posture);
  double Height(size_t role) const;
  const std::string& Filler(size_t role) const { return scene_.roles[role].filler; }
  // What was drawn since the last call belongs to the role, or to none.
  void Claim(size_t role);
  void ClaimNothing() { sketch.TakeBox(); }
  const std::vector<Box>& boxes() const { return boxes_; }

  Sketch& sketch;
  Random& random;

 private:
  const EventScene& scene_;
  std::vector<Box> boxes_;
  std::vector<Rgb> skins_;  // of each role's person
};

struct Act {
  std::string_view type;
  std::array<std::string_view, 3> roles;  // the third and the second may be empty
  Second second = Second::kPerson;
  std::string_view third;  // what fills the third role
  bool symmetric = false;  // the first two roles may be exchanged
  // "{0} treats {1}"; the fillers come with their articles.
  std::vector<std::string_view> captions;
  void (*draw)(Staging&) = nullptr;
};

std::span<const Act> Acts();

}  // namespace imago

#endif  // IMAGO_EMBED_STAGE_ACTS_H_
