#include "embed/event_roles.h"

#include <algorithm>
#include <iterator>

namespace imago {
namespace {

constexpr std::string_view kPlacePrepositions[] = {
    "in",     "at",         "on",     "near",    "inside",  "outside", "within",
    "around", "along",      "across", "behind",  "under",   "over",    "beside",
    "above",  "throughout", "past",   "between", "through", "off",     "alongside",
    "beyond", "among",      "amid",   "beneath", "by"};
constexpr std::string_view kGoal[] = {"to", "into", "onto", "toward", "towards"};
constexpr std::string_view kMeans[] = {"with", "using", "via", "through", "by"};
constexpr std::string_view kSource[] = {"from", "off", "out"};
constexpr std::string_view kAim[] = {"at", "against", "on", "toward", "towards"};
constexpr std::string_view kRide[] = {"on", "in", "aboard", "by", "inside", "onto", "into"};

template <size_t n>
bool Both(const std::string_view (&group)[n], std::string_view a, std::string_view b) {
  const auto has = [&group](std::string_view word) {
    return std::find(std::begin(group), std::end(group), word) != std::end(group);
  };
  return has(a) && has(b);
}

bool IsOnlyPlace(const EventRole& role) {
  return role.kinds.size() == 1 && role.kinds[0] == FillerKind::kPlace;
}

// The template's preposition and the text's mean the same here.
bool Alike(std::string_view wanted, std::string_view found, const EventRole& role,
           const Phrase& phrase) {
  if (role.Takes(FillerKind::kVehicle) && phrase.kind == FillerKind::kVehicle &&
      Both(kRide, wanted, found)) {
    return true;
  }
  if (IsOnlyPlace(role)) {
    const bool place = IsPlacePreposition(wanted) && IsPlacePreposition(found);
    const bool goal =
        (IsPlacePreposition(wanted) || Both(kGoal, wanted, "to")) && Both(kGoal, found, "to");
    return place || (goal && role.name != "Place") || Both(kSource, wanted, found);
  }
  return Both(kMeans, wanted, found) || Both(kGoal, wanted, found) ||
         Both(kSource, wanted, found) || Both(kAim, wanted, found);
}

std::string FindRole(const EventType& type, const EventFrame& frame, const std::string& preposition,
                     const Phrase& phrase, bool exact) {
  const bool at_name = phrase.name && !phrase.kind &&
                       (preposition == "in" || preposition == "near" || preposition == "outside");
  for (const auto& [wanted, name] : frame.grammar.prepositions) {
    const EventRole* role = type.FindRole(name);
    if (!Fits(*role, phrase)) continue;
    // "in Berlin" is where it happens, not what is filled or cut.
    if (at_name && !IsOnlyPlace(*role)) continue;
    if (exact ? wanted == preposition : Alike(wanted, preposition, *role, phrase)) return name;
  }
  return "";
}

}  // namespace

bool IsPlacePreposition(std::string_view preposition) {
  return std::find(std::begin(kPlacePrepositions), std::end(kPlacePrepositions), preposition) !=
         std::end(kPlacePrepositions);
}

bool MayBePlace(const Phrase& phrase) {
  if (phrase.type != PhraseType::kNoun || phrase.scene || phrase.event_type >= 0) return false;
  return !phrase.kind || *phrase.kind == FillerKind::kPlace;
}

bool Fits(const EventRole& role, const Phrase& phrase) {
  if (phrase.event_type >= 0 && !phrase.name) return role.Takes(FillerKind::kEvent);
  if (IsOnlyPlace(role)) return MayBePlace(phrase);
  if (!phrase.kind) return true;
  const bool actor =
      *phrase.kind == FillerKind::kPerson || *phrase.kind == FillerKind::kOrganization;
  // Countries act, and things that are not told apart well stand in for each other.
  const bool thing = *phrase.kind == FillerKind::kTool || *phrase.kind == FillerKind::kObject;
  const bool mount = *phrase.kind == FillerKind::kAnimal && role.Takes(FillerKind::kVehicle);
  return role.Takes(*phrase.kind) || mount ||
         (actor && (role.Takes(FillerKind::kPerson) || role.Takes(FillerKind::kOrganization))) ||
         (thing && (role.Takes(FillerKind::kTool) || role.Takes(FillerKind::kObject)));
}

bool FitsRole(const EventType& type, const std::string& role, const Phrase& phrase) {
  const EventRole* found = role.empty() ? nullptr : type.FindRole(role);
  return found != nullptr && Fits(*found, phrase);
}

std::string RoleOfPreposition(const EventType& type, const std::vector<int>& frames,
                              const std::string& preposition, const Phrase& phrase) {
  for (const bool exact : {true, false}) {
    for (const int frame : frames) {
      std::string role = FindRole(type, type.frames[frame], preposition, phrase, exact);
      if (!role.empty()) return role;
    }
  }
  for (const EventFrame& frame : type.frames) {
    std::string role = FindRole(type, frame, preposition, phrase, true);
    // Where one goes is told by verbs of going only.
    if (!role.empty() && role != "Destination") return role;
  }
  const bool place = IsPlacePreposition(preposition) && MayBePlace(phrase);
  return place && type.FindRole("Place") != nullptr ? type.FindRole("Place")->name : "";
}

}  // namespace imago
