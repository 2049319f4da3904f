#ifndef IMAGO_EMBED_STAGE_H_
#define IMAGO_EMBED_STAGE_H_

// Event pictures of the world maker: people of several callings do things to each other and with
// things, with captions and boxes that are exactly true. After CLIP-Event (Li et al. 2022, arXiv
// 2201.05078) each has captions that are wrong in one respect: another event by the same people, or
// the same event with its roles exchanged.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "embed/sketch.h"
#include "embed/world.h"

namespace imago {

struct RoleFiller {
  std::string role;    // of the ontology: "Agent"
  std::string filler;  // "police officer"
};

struct EventScene {
  std::string type;               // of the ontology: "Arrest"
  std::vector<RoleFiller> roles;  // the first two fill the captions' first two places
  std::string caption;
  std::string other_event;  // the same fillers in another event; empty where no other would make
                            // sense
  std::string other_roles;  // the first two fillers exchanged; empty where that would be as true
  int act = 0;
  int other_act = 0;  // of other_event
  int wording = 0;
  uint64_t seed = 0;  // of what the captions do not tell
};

struct EventPicture {
  Image image;
  std::vector<Box> boxes;  // of each role of the scene
};

// Scene `number` of a part; the same number is the same scene. Pairs of fillers, in either order
// and in whatever event, are held out of the training as in World::Draw, so that nothing can be
// told from the captions alone.
EventScene DrawEventScene(ScenePart part, uint64_t number);
// A scene with one wrong caption: by even numbers of another event, by odd ones of other roles.
struct EventPair {
  EventScene scene;
  std::string wrong;
};
EventPair DrawEventPair(ScenePart part, uint64_t number);
// The scene of which the wrong caption is true, whose wrong one is the true one of this.
EventPair Exchanged(const EventPair& pair);

// Before trees and houses or, where one is given, before a picture of size x size. Who and what are
// in the scene look the same and stand at the same places.
EventPicture RenderEventScene(const EventScene& scene, int size, const Image* backdrop = nullptr);

// The types that scenes are of, and what fills their roles.
std::vector<std::string> StagedTypes();
std::vector<std::string> StagedFillers();

}  // namespace imago

#endif  // IMAGO_EMBED_STAGE_H_
