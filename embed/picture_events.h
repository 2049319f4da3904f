#ifndef IMAGO_EMBED_PICTURE_EVENTS_H_
#define IMAGO_EMBED_PICTURE_EVENTS_H_

// Events that are seen: what a model that reads them off pictures knows, and how its probabilities
// become events.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/event.h"

namespace imago {

// Roles of an event that is seen: who acts; on whom or on what; with what, or where.
inline constexpr int64_t kPictureRoles = 3;

struct PictureEventType {
  std::string type;                // of the ontology: "Arrest"
  std::vector<std::string> roles;  // its names for the first of those roles: "Agent", "Person"

  friend bool operator==(const PictureEventType&, const PictureEventType&) = default;
};

struct PictureEventVocabulary {
  std::vector<PictureEventType> types;
  std::vector<std::string> fillers;  // "police officer"

  friend bool operator==(const PictureEventVocabulary&, const PictureEventVocabulary&) = default;
};

// "events" in model.json: {"width":128, "layers":2, "types":[{"type":"Arrest",
// "roles":["Agent","Person"]}], "fillers":["police officer"]}.
struct PictureEventConfig {
  int width = 128;  // of embed/torch/event_head.h
  int layers = 2;
  PictureEventVocabulary vocabulary;

  friend bool operator==(const PictureEventConfig&, const PictureEventConfig&) = default;
};

// Of one picture: probabilities of each type and, at the end, of no event; for each role those of
// each filler and, at the end, of none; and where the role's filler is.
struct PictureReading {
  std::vector<float> types;
  std::array<std::vector<float>, kPictureRoles> fillers;
  std::array<Region, kPictureRoles> regions;
};

// The events more probable than no event and than `least`, most probable first; each with the
// fillers of its roles that have at least a twentieth, as alternatives. A role that is most
// probably filled by nothing has none.
std::vector<Event> EventsOf(const PictureEventVocabulary& vocabulary, const PictureReading& reading,
                            double least = 0.2);

}  // namespace imago

#endif  // IMAGO_EMBED_PICTURE_EVENTS_H_
