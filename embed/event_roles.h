#ifndef IMAGO_EMBED_EVENT_ROLES_H_
#define IMAGO_EMBED_EVENT_ROLES_H_

// Which role a phrase may have in an event, by what it names and the preposition before it.

#include <string>
#include <vector>

#include "embed/event_ontology.h"
#include "embed/event_phrases.h"

namespace imago {

// Whether what the phrase names may fill the role. Of a noun that is not known nothing is said
// against it; a happening fills only what takes happenings.
bool Fits(const EventRole& role, const Phrase& phrase);
// The same of a role by name; false for an empty name.
bool FitsRole(const EventType& type, const std::string& role, const Phrase& phrase);

// "in", "near": what stands before places.
bool IsPlacePreposition(std::string_view preposition);
// The phrase may be a place when such a preposition stands before it.
bool MayBePlace(const Phrase& phrase);

// The role of "<preposition> <phrase>" by the type's templates, those of `frames` first; empty when
// it has none.
std::string RoleOfPreposition(const EventType& type, const std::vector<int>& frames,
                              const std::string& preposition, const Phrase& phrase);

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_ROLES_H_
