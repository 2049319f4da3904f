#ifndef IMAGO_EMBED_EVENT_ONTOLOGY_H_
#define IMAGO_EMBED_EVENT_ONTOLOGY_H_

// What kinds of events there are, which roles each has, and how English speaks of them. Read from
// JSON files; the house's own, embed/events.json, is compiled in. Types and roles come from ACE
// 2005, M2E2 (Li et al. 2020), the AIDA ontology and imSitu (Yatskar et al. 2016).
//
// A file is {"events": [TYPE, ...]}. The members of a type:
//   "type"        its name, "Arrest"
//   "parent"      optional, "Justice"
//   "also"        optional: names of the same type elsewhere
//   "definition"  one sentence
//   "roles"       {"Agent": ["person", "organization"], ...}: what may fill each (FillerKind)
//   "role_also"   optional: {"Person": ["Suspect"]}, names of the same role elsewhere
//   "templates"   sentences in which roles stand in braces (event_template.h)
//   "verbs"       lemmas used as in the first template; "shake hand" is a verb with words that
//                 follow it
//   "like"        optional: {"arrive": ["walk", ...]}: lemmas, the key among them, used as in the
//                 further template with that verb
//   "nouns"       optional: nouns that tell of the event ("rally", "press conference")
//   "adjectives"  optional: words before a noun that tell of it ("former", "deadly")
//   "keywords"    optional: words that often stand near
//   "symmetric"   optional: roles whose fillers may be exchanged
// The verb of each template stands in "verbs" or is a key of "like". A verb may belong to several
// types: the first of them is meant.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "embed/event_template.h"

namespace imago {

enum class FillerKind : uint8_t {
  kAnything,
  kPerson,
  kOrganization,
  kPlace,
  kVehicle,
  kWeapon,
  kTool,
  kObject,
  kAnimal,
  kFood,
  kSubstance,
  kClothing,
  kBody,
  kMoney,
  kDocument,
  kEvent,
  kDisease,
};
std::string_view FillerKindName(FillerKind kind);

struct EventRole {
  std::string name;
  std::vector<std::string> also;
  std::vector<FillerKind> kinds;

  bool Takes(FillerKind kind) const;  // also when the role takes anything
};

// One way to speak of an event: a template and the verbs that are used like its verb.
struct EventFrame {
  EventTemplate grammar;
  std::vector<std::string> verbs;  // lemmas, maybe with words that follow
};

struct EventType {
  std::string name;
  std::string parent;
  std::vector<std::string> also;
  std::string definition;
  std::vector<EventRole> roles;    // in the order of the file
  std::vector<EventFrame> frames;  // one for each template
  std::vector<std::string> nouns;
  std::vector<std::string> adjectives;
  std::vector<std::string> keywords;
  std::vector<std::string> symmetric;

  // By name without case, its own or one under "also"; null when there is none.
  const EventRole* FindRole(std::string_view name) const;
};

class EventOntology {
 public:
  // The types that are compiled in.
  static absl::StatusOr<EventOntology> House();
  // The house's types and those of a file, if `path` is not empty.
  static absl::StatusOr<EventOntology> WithFile(const std::string& path);

  // Adds the types of a JSON text. They replace earlier ones of the same name, take over names that
  // stood under "also" elsewhere, and come before all earlier ones where a verb has several types.
  // kInvalidArgument names file, type, member and value; then nothing is added.
  absl::Status Add(std::string_view json, const std::string& file);

  const std::vector<EventType>& types() const { return types_; }
  // By name without case, its own or one under "also"; null when there is none.
  const EventType* Find(std::string_view name) const;

 private:
  std::vector<EventType> types_;
  std::map<std::string, size_t> by_name_;  // lower case
};

// A file's types as they stand there. Reads strictly: what is unknown, missing, mistyped or twice
// is an error.
absl::StatusOr<std::vector<EventType>> ParseEventTypes(std::string_view json,
                                                       const std::string& file);

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_ONTOLOGY_H_
